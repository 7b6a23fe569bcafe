import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { checkCalls, checkServed, countEnds } from '@cluster-ai/testkit/ledger/check-calls.ts';
import { checkKeys } from '@cluster-ai/testkit/ledger/check-keys.ts';
import { checkAudit, checkReads, checkState } from '@cluster-ai/testkit/ledger/check-writes.ts';
import { emptyLedger } from '@cluster-ai/testkit/ledger/ledger.ts';
import type { CallRecord, FaultRecord, Ledger, Violation } from '@cluster-ai/testkit/ledger/ledger.ts';
import { pause } from '../../start-platform.ts';
import { HttpsClient } from './call.ts';
import { ControlCalls } from './control-calls.ts';
import { breakPart } from './faults.ts';
import type { BrokenPart } from './faults.ts';
import { Gate } from './gate.ts';
import { untilHealed } from './health.ts';
import { describePlan, planRound } from './plan.ts';
import type { PlannedFault, RoundPlan } from './plan.ts';
import { ask, startPredictions } from './predictions.ts';
import type { Predictions } from './predictions.ts';
import { anyQuestion } from './questions.ts';
import { prepareModels } from './prepare-models.ts';
import { readAudit, readState } from './state.ts';
import { startSubject } from './subject.ts';
import type { Subject } from './subject.ts';
import { startWriters, tryWrite } from './writers.ts';
import type { Work, Writers } from './writers.ts';

export interface DrillOptions {
  readonly seed: number;
  readonly rounds: number;
  /** The number of the first round. */
  readonly from: number;
  readonly print: (line: string) => void;
  /** Ends the drill after the present round. */
  readonly signal?: AbortSignal;
}

export interface DrillResult {
  /** With the round in which each was found. */
  readonly violations: readonly string[];
  readonly predictions: Readonly<Record<string, number>>;
  readonly writes: number;
  /** What each fault did, as `kill PostgreSQL: process 7 ended`. */
  readonly effects: readonly string[];
  /** Milliseconds from the mending to the moment when all was well, one a round. */
  readonly healMs: readonly number[];
}

/** Starts the platform and breaks it, one round after another, under predictions, writes and reads. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const beganMs = performance.now();
  const subject = await startSubject();
  const drill = new Drill(subject, options);
  try {
    await drill.begin();
    options.print(`platform ready after ${seconds(performance.now() - beganMs)}`);
    if (subject.disks === null) options.print('no full disks: only root can mount a disk of limited size');
    for (let round = options.from; round < options.from + options.rounds; round += 1) {
      if (options.signal?.aborted === true || !(await drill.round(round))) break;
    }
    return await drill.end();
  } finally {
    await drill.stop();
    await subject.stop();
  }
}

/** The audit chain is read whole after so many rounds. */
const verifyEveryRounds = 10;

class Drill {
  private readonly subject: Subject;
  private readonly options: DrillOptions;
  private readonly ledger: Ledger = emptyLedger();
  private readonly calls: ControlCalls;
  private readonly work: Work;
  private readonly client: HttpsClient;
  private readonly violations: string[] = [];
  private readonly healMs: number[] = [];
  private readonly effects: string[] = [];
  private readonly auditRequests: string[] = [];
  private auditLast = 0;
  private key = '';
  private predictions: Predictions | null = null;
  private writers: Writers | null = null;

  constructor(subject: Subject, options: DrillOptions) {
    this.subject = subject;
    this.options = options;
    this.calls = new ControlCalls(subject, this.ledger);
    this.client = new HttpsClient(subject.ca);
    const random = seededRandom(options.seed);
    this.work = { subject, ledger: this.ledger, calls: this.calls, gate: new Gate(), random, versions: [] };
  }

  async begin(): Promise<void> {
    // What fails while all of it starts is not what this is about.
    this.ledger.faults.push({ name: 'start', affects: everything, fromMs: 0, toMs: Number.POSITIVE_INFINITY });
    this.key = await prepareModels(this.work);
    const wrong = await untilHealed(this.subject, this.calls, () => this.tryAll());
    if (wrong !== null) {
      const { platform, gateway } = this.subject;
      throw new Error(`the platform does not start: ${wrong}\n${platform.output()}\ngateway-2: ${gateway.output()}`);
    }
    this.closeFaults(0);
    // Every check is about what clients see from now on.
    this.ledger.calls.length = 0;
    this.predictions = startPredictions(this.subject, this.ledger, this.key, this.work.random);
    this.writers = startWriters(this.work);
  }

  /** @returns false when the platform does not heal, and going on would say nothing. */
  async round(round: number): Promise<boolean> {
    const { options, subject, ledger, work } = this;
    const plan = planRound(options.seed, round, subject.disks !== null);
    const first = { calls: ledger.calls.length, reads: ledger.reads.length, faults: ledger.faults.length };
    await this.breakAndMend(round, plan);
    const mendedMs = performance.now();
    const wrong = await untilHealed(subject, this.calls, () => this.tryAll());
    const healMs = performance.now() - mendedMs;
    this.closeFaults(first.faults);
    this.healMs.push(healMs);
    if (wrong !== null) return this.giveUp(round, plan, wrong);
    await work.gate.close();
    const found = await this.check(first);
    work.gate.open();
    if ((round + 1) % verifyEveryRounds === 0) found.push(...(await this.verifyAudit()));
    this.report(round, plan, found, healMs, first);
    this.forget();
    return true;
  }

  private async breakAndMend(round: number, { faults }: RoundPlan): Promise<void> {
    const beganMs = performance.now();
    const broken: { readonly part: BrokenPart; readonly fault: PlannedFault; readonly mendAtMs: number }[] = [];
    for (const fault of faults) {
      await pause(Math.max(0, beganMs + fault.atMs - performance.now()));
      const { part, kind } = fault;
      const record = { name: `${kind} ${part}`, fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
      const index = this.ledger.faults.push({ ...record, affects: everything }) - 1;
      const now = await breakPart(fault, this.subject, this.work.random);
      this.ledger.faults[index] = { ...record, affects: now.affects };
      broken.push({ part: now, fault, mendAtMs: performance.now() + fault.holdMs });
      const effect = await now.effect();
      if (effect === null) this.addViolation(round, `no fault: ${record.name} did nothing`);
      else this.effects.push(`${record.name}: ${effect}`);
    }
    // A supervisor that is started again needs the disk and a whole PostgreSQL: it comes last.
    const order = broken.toSorted(
      (left, right) => Number(left.fault.part === 'supervisor') - Number(right.fault.part === 'supervisor'),
    );
    for (const { part, mendAtMs } of order) {
      await pause(Math.max(0, mendAtMs - performance.now()));
      await part.mend();
    }
  }

  private closeFaults(first: number): void {
    const toMs = performance.now();
    const { faults } = this.ledger;
    for (let index = first; index < faults.length; index += 1) {
      // Inside the bounds of the array.
      const fault = faults[index] as FaultRecord;
      faults[index] = { ...fault, toMs };
    }
  }

  /** A prediction at each gateway, and a write. */
  private async tryAll(): Promise<string | null> {
    for (const target of ['gateway-1', 'gateway-2', 'front door'] as const) {
      const question = anyQuestion(this.work.random);
      const end = await ask(this.client, this.subject, this.ledger, { target, key: this.key, question });
      if (end.kind !== 'answered') return `${question.what} at ${target}: ${JSON.stringify(end)}`;
    }
    const written = await tryWrite(this.work);
    return written.outcome === 'acknowledged' ? null : 'a write is not acknowledged';
  }

  private async check(first: { calls: number; reads: number }): Promise<Violation[]> {
    const { ledger, calls } = this;
    const { faults, writes } = ledger;
    const atMs = performance.now();
    const found = await readState(calls);
    const audit = await readAudit(calls, this.auditLast);
    this.auditLast = audit.last;
    this.auditRequests.push(...audit.requests);
    return [
      ...checkCalls(ledger.calls.slice(first.calls), faults),
      ...checkServed(ledger.served, found.contents),
      ...checkReads(ledger.reads.slice(first.reads), writes, faults),
      ...checkState(writes, found, faults, atMs),
      ...checkKeys(
        ledger.probes,
        writes.filter(({ value }) => value === 'revoked'),
        faults,
      ),
      ...checkAudit(this.auditRequests, writes),
    ];
  }

  private async verifyAudit(): Promise<Violation[]> {
    const answer = (await this.calls.read('GET verification', '/api/v1/audit/verification')) as {
      intact: boolean;
      problems: unknown;
    } | null;
    if (answer?.intact === true) return [];
    return [{ kind: 'audit', text: `the chain is broken: ${JSON.stringify(answer?.problems ?? answer)}` }];
  }

  private giveUp(round: number, plan: RoundPlan, wrong: string): false {
    const { print } = this.options;
    this.addViolation(round, `not healed after ${seconds(this.healMs.at(-1) ?? 0)} (${describePlan(plan)}): ${wrong}`);
    print(`--- what up printed last\n${this.subject.platform.output().slice(-3_000)}`);
    print(`--- what gateway-2 printed last\n${this.subject.gateway.output().slice(-3_000)}`);
    return false;
  }

  private addViolation(round: number, text: string): void {
    const { seed, print } = this.options;
    const line = `round ${round}: ${text}\n    again: make drills SEED=${seed} ROUNDS=${round + 1}, or this round alone: make drills SEED=${seed} FROM=${round} ROUNDS=1`;
    this.violations.push(line);
    print(`VIOLATION ${line}`);
  }

  private report(round: number, plan: RoundPlan, found: Violation[], healMs: number, first: { calls: number }): void {
    const calls = this.ledger.calls.slice(first.calls);
    const inRound = {
      predictions: calls.filter(({ target }) => target !== 'control'),
      control: calls.filter(({ target }) => target === 'control'),
    };
    const text = (counts: Record<string, number>): string =>
      Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ');
    for (const [text, count] of commonReasons(inRound.predictions)) {
      this.options.print(`    ${count} predictions: ${text}`);
    }
    this.options.print(
      `round ${round}: ${describePlan(plan)} | predictions ${text(countEnds(inRound.predictions))} | control API ${text(countEnds(inRound.control))} | well after ${seconds(healMs)}`,
    );
    for (const { kind, text } of found.slice(0, violationsShown)) this.addViolation(round, `${kind}: ${text}`);
    if (found.length > violationsShown) this.addViolation(round, `and ${found.length - violationsShown} more`);
  }

  /** Reads of earlier rounds are checked, and a violation is told once. */
  private forget(): void {
    this.ledger.served.length = 0;
    this.ledger.reads.length = 0;
  }

  async end(): Promise<DrillResult> {
    await this.stop();
    const { violations, healMs, effects, ledger } = this;
    const predictions = countEnds(ledger.calls.filter(({ target }) => target !== 'control'));
    return { violations, predictions, writes: ledger.writes.length, effects, healMs };
  }

  async stop(): Promise<void> {
    this.work.gate.open();
    await Promise.all([this.predictions?.stop(), this.writers?.stop()]);
    this.predictions = null;
    this.writers = null;
  }
}

const violationsShown = 10;
const reasonsShown = 4;
const reasonCharacters = 140;

/** Why predictions were not answered, by what was said, the most frequent first. */
function commonReasons(calls: readonly CallRecord[]): (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { end, target } of calls) {
    if (end.kind === 'answered') continue;
    const said = end.kind === 'hung' ? 'no answer' : end.text.slice(0, reasonCharacters);
    const text = `${target}: ${said}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].toSorted((left, right) => right[1] - left[1]).slice(0, reasonsShown);
}

const everything = ['control', 'front door', 'gateway-1', 'gateway-2', 'feed:gateway-1', 'feed:gateway-2'];

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
