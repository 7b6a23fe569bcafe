import { Corpus } from './corpus.ts';
import type { Coverage } from './coverage.ts';
import { memoryMibMax, timeMsMax } from './limits.ts';
import { minimise } from './minimise.ts';
import { inflate, mutateBytes, settleDifference, type Material } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';
import { mutateProtobuf } from './mutate-protobuf.ts';
import { SeededRandom } from './random.ts';
import { nameOfFailure, verdictOf, type FuzzTarget } from './target.ts';

/** Bytes of the longest input that a time and a memory are promised for. */
const boundedInputBytes = 65_536;
const inputBytesDefault = 4_096;
const minimiseTriesMax = 4_000;
const inflateOneIn = 1_500;
/** So often in a row an input is made to fit what the program has compared it with. */
const followMax = 3;
/** The event loop gets a turn after so long, milliseconds. */
const turnMs = 100;

export interface Finding {
  readonly name: string;
  readonly message: string;
  readonly input: Uint8Array;
  /** Inputs that were run before it, and with it. */
  readonly executions: number;
}

export interface FuzzOptions {
  readonly target: FuzzTarget;
  readonly seed: number;
  readonly corpus: readonly Uint8Array[];
  /** Different failures after which it ends. */
  readonly findingsMax: number;
  readonly words: readonly Uint8Array[];
  readonly coverage: Coverage;
  /** Ends the run; asked between inputs. */
  readonly isOver: (executions: number) => boolean;
  /** Without guidance nothing is learnt from an input: for comparison. */
  readonly guided: boolean;
  /** Hears of each input before it is run: should it end the process, it is known. */
  readonly before: (input: Uint8Array) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface FuzzResult {
  readonly executions: number;
  /** Of those, inputs that it began with. */
  readonly executionsAtStart: number;
  readonly placesAtStart: number;
  readonly places: number;
  readonly outcomesAtStart: number;
  readonly outcomes: number;
  readonly inputsAtStart: number;
  readonly inputs: readonly Uint8Array[];
  readonly findings: number;
}

/** Runs a target on inputs that are made from those that led somewhere new. */
export class Fuzzer {
  private readonly options: FuzzOptions;
  private readonly random: SeededRandom;
  private readonly corpus = new Corpus();
  private readonly found = new Set<string>();
  private readonly bytesMax: number;
  private executions = 0;

  constructor(options: FuzzOptions) {
    this.options = options;
    this.random = new SeededRandom(options.seed);
    this.bytesMax = options.target.bytesMax ?? inputBytesDefault;
  }

  async run(): Promise<FuzzResult> {
    const { coverage, guided, isOver } = this.options;
    for (const input of this.options.corpus) {
      await this.execute(input);
      if (coverage.merge() > 0 || !guided) this.corpus.add(input);
    }
    if (this.corpus.inputs.length === 0) this.corpus.add(new Uint8Array());
    const { places: placesAtStart, outcomes: outcomesAtStart } = coverage;
    const executionsAtStart = this.executions;
    const inputsAtStart = this.corpus.inputs.length;
    let turnAtMs = performance.now() + turnMs;
    while (!isOver(this.executions) && this.found.size < this.options.findingsMax) {
      await this.step();
      if (performance.now() < turnAtMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnAtMs = performance.now() + turnMs;
    }
    return {
      executions: this.executions,
      executionsAtStart,
      placesAtStart,
      places: coverage.places,
      outcomesAtStart,
      outcomes: coverage.outcomes,
      inputsAtStart,
      inputs: this.corpus.inputs,
      findings: this.found.size,
    };
  }

  private async step(): Promise<void> {
    const { random } = this;
    const parent = this.corpus.pick(random);
    const isInflated = random.oneIn(inflateOneIn);
    let mutant = isInflated ? inflate(parent, random, boundedInputBytes) : this.mutate(parent);
    await this.execute(mutant);
    if (!this.options.guided || isInflated) return;
    const { coverage } = this.options;
    for (let follow = 0; follow < followMax; follow += 1) {
      if (coverage.merge() > 0) this.corpus.add(mutant);
      if (random.oneIn(2)) return;
      // A length or a sum that no longer fits what was changed: the program has just told what it wants there.
      const settled = settleDifference(mutant, this.material(coverage.presentDifferences()));
      if (settled === mutant) return;
      mutant = settled;
      await this.execute(mutant);
    }
    if (coverage.merge() > 0) this.corpus.add(mutant);
  }

  private mutate(parent: Uint8Array): Uint8Array {
    const { random, bytesMax } = this;
    const material = this.material(this.options.coverage.recentDifferences());
    const { form } = this.options.target;
    let mutant: Uint8Array | null = null;
    if (form !== 'bytes' && !random.oneIn(3)) {
      mutant = form === 'json' ? mutateJson(parent, material) : mutateProtobuf(parent, material);
    }
    if (mutant === null) {
      mutant = parent;
      for (let changes = random.small(8); changes > 0; changes -= 1) mutant = mutateBytes(mutant, material);
    }
    return mutant.length > bytesMax ? mutant.slice(0, bytesMax) : mutant;
  }

  private material(differences: Material['differences']): Material {
    return { random: this.random, words: this.options.words, others: this.corpus.inputs, differences };
  }

  private async execute(input: Uint8Array): Promise<void> {
    const { coverage, target, before } = this.options;
    before(input);
    this.executions += 1;
    const memoryKib = process.resourceUsage().maxRSS;
    const startedAtMs = performance.now();
    coverage.begin();
    const error = await verdictOf(target, input);
    const tookMs = performance.now() - startedAtMs;
    if (error !== null) await this.reportError(error, input);
    if (tookMs > timeMsMax) await this.reportSlow(input);
    const grownMib = (process.resourceUsage().maxRSS - memoryKib) / 1_024;
    if (grownMib > memoryMibMax) {
      this.report('memory', `took ${Math.round(grownMib)} MiB for ${input.length} bytes`, input);
    }
  }

  private async reportError(error: Error, input: Uint8Array): Promise<void> {
    const name = nameOfFailure(error);
    if (this.found.has(name)) return;
    const smallest = await minimise(
      input,
      async (candidate) => (await this.failureOf(candidate)) === name,
      minimiseTriesMax,
    );
    this.report(
      name,
      `${error.message.slice(0, 400)}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`,
      smallest,
    );
  }

  private async failureOf(candidate: Uint8Array): Promise<string | null> {
    this.options.before(candidate);
    const error = await verdictOf(this.options.target, candidate);
    return error === null ? null : nameOfFailure(error);
  }

  /** A machine that does much at once makes everything slow: the processor's own time decides. */
  private async reportSlow(input: Uint8Array): Promise<void> {
    if (this.found.has('time')) return;
    const tookMs = await this.processorMs(input);
    if (tookMs > timeMsMax) this.report('time', `took ${Math.round(tookMs)} ms for ${input.length} bytes`, input);
  }

  private async processorMs(input: Uint8Array): Promise<number> {
    this.options.before(input);
    const before = process.cpuUsage();
    await verdictOf(this.options.target, input);
    return process.cpuUsage(before).user / 1_000;
  }

  private report(name: string, message: string, input: Uint8Array): void {
    if (this.found.has(name)) return;
    this.found.add(name);
    this.options.onFinding({ name, message, input, executions: this.executions });
  }
}
