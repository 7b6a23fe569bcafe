import { QueuePlace, type Queued } from '@cluster-ai/core/batching/batch-queue.ts';
import type { BatchChoice } from '@cluster-ai/core/batching/choose-batch-rules.ts';
import { batchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import { DynamicQueue } from '@cluster-ai/core/batching/dynamic-queue.ts';
import type { ServedWindow } from '@cluster-ai/core/batching/served-window.ts';
import { seededRandom, type Random } from '@cluster-ai/core/ports/random.ts';

/** Requests that come by chance, so many a second, or clients of which each asks again when it is answered. */
export type SimulatedLoad = { readonly perSecond: number } | { readonly clients: number };

export interface SimulatedModel {
  /** A run takes a fixed time, and one for each row, milliseconds; give or take `noise` of it. */
  readonly fixedMs: number;
  readonly perRowMs: number;
  readonly noise?: number;
  /** Instances that run at once without taking from one another. */
  readonly cores?: number;
}

/** Runs that an instance is given at once: one that runs, one that waits. */
const runsPerInstance = 2;

class Request implements Queued<Request> {
  readonly batchKey = 'all';
  readonly rows = 1;
  /** Later than any time of a simulation. */
  readonly deadlineAtMs = 1e12;
  readonly enqueuedAtMs: number;
  readonly place = new QueuePlace<Request>();

  constructor(enqueuedAtMs: number) {
    this.enqueuedAtMs = enqueuedAtMs;
  }
}

interface Run {
  readonly requests: readonly Request[];
  readonly isFull: boolean;
  readonly handedOverAtMs: number;
  /** Infinity while it waits in its instance. */
  endsAtMs: number;
  durationMs: number;
}

/**
 * A model with its queue, in a time of its own: the policy of batches is the real one, requests come by chance from a
 * seed, and runs take as long as is said.
 */
export class SimulatedServer {
  load: SimulatedLoad;
  private readonly model: SimulatedModel;
  private readonly random: Random;
  private readonly queue: DynamicQueue<Request>;
  private instances: Run[][];
  private nowMs = 0;
  private nextArrivalMs = 0;
  private inside = 0;
  private latencies: number[] = [];
  private waits: number[] = [];
  private done: { readonly run: Run; readonly rows: number }[] = [];
  private choice: BatchChoice;

  constructor(model: SimulatedModel, load: SimulatedLoad, choice: BatchChoice, seed: number) {
    this.model = model;
    this.load = load;
    this.random = seededRandom(seed);
    this.choice = choice;
    this.queue = new DynamicQueue<Request>(batchRules(null, choice.rowsMax), () => undefined);
    this.instances = [[]];
    this.adopt(choice);
  }

  adopt(choice: BatchChoice): void {
    this.choice = choice;
    this.queue.adopt({ ...batchRules(null, choice.rowsMax), delayMs: choice.delayMs });
    while (this.instances.length < choice.instances) this.instances.push([]);
  }

  /** Serves for so long. */
  serve(durationMs: number): ServedWindow {
    const endsAtMs = this.nowMs + durationMs;
    this.latencies = [];
    this.waits = [];
    this.done = [];
    let wakesAtMs = Infinity;
    for (;;) {
      const endsFirst = this.firstEnd();
      const arrives = this.arrivesAtMs();
      const at = Math.min(arrives, endsFirst, wakesAtMs);
      if (at > endsAtMs) break;
      this.nowMs = at;
      if (at === endsFirst) this.end();
      else if (at === arrives) this.arrive();
      wakesAtMs = this.handOver();
    }
    this.nowMs = endsAtMs;
    return this.window(durationMs);
  }

  private arrivesAtMs(): number {
    if ('clients' in this.load) return this.inside < this.load.clients ? this.nowMs : Infinity;
    return Math.max(this.nowMs, this.nextArrivalMs);
  }

  private arrive(): void {
    this.queue.add(new Request(this.nowMs), 0, 0);
    this.inside += 1;
    if ('perSecond' in this.load) {
      this.nextArrivalMs = this.nowMs - (Math.log(1 - this.random()) * 1_000) / this.load.perSecond;
    }
  }

  private firstEnd(): number {
    return Math.min(...this.instances.map(([run]) => run?.endsAtMs ?? Infinity));
  }

  private end(): void {
    for (const runs of this.instances) {
      const [run] = runs;
      if (run === undefined || run.endsAtMs > this.nowMs) continue;
      runs.shift();
      this.done.push({ run, rows: run.requests.length });
      this.inside -= run.requests.length;
      for (const { enqueuedAtMs } of run.requests) {
        this.latencies.push(this.nowMs - enqueuedAtMs);
        this.waits.push(run.handedOverAtMs - enqueuedAtMs);
      }
      this.start(runs[0]);
    }
    // Instances that are one too many go once they have nothing to do.
    while (this.instances.length > this.choice.instances && this.instances.at(-1)?.length === 0) this.instances.pop();
  }

  private start(run: Run | undefined): void {
    if (run === undefined) return;
    const { fixedMs, perRowMs, noise = 0.1, cores = Infinity } = this.model;
    const busy = this.instances.filter((runs) => runs.length > 0).length;
    const exactMs = (fixedMs + perRowMs * run.requests.length) * Math.max(1, busy / cores);
    run.durationMs = exactMs * (1 + noise * (2 * this.random() - 1));
    run.endsAtMs = this.nowMs + run.durationMs;
  }

  /** @returns when to look again. */
  private handOver(): number {
    for (;;) {
      const usable = this.instances.slice(0, this.choice.instances);
      const free = usable.reduce((best, runs) => (runs.length < best.length ? runs : best), usable[0] ?? []);
      if (free.length >= runsPerInstance) return Infinity;
      const found = this.queue.next(this.nowMs, 0);
      if (found === null) return Infinity;
      if (found.kind === 'wait') return Math.max(found.untilMs, this.nowMs + 0.01);
      const isFull = found.reason === 'full' || found.reason === 'preferred';
      const run: Run = {
        requests: found.entries,
        isFull,
        handedOverAtMs: this.nowMs,
        endsAtMs: Infinity,
        durationMs: 0,
      };
      free.push(run);
      if (free.length === 1) this.start(run);
    }
  }

  private window(durationMs: number): ServedWindow {
    const sizes = Map.groupBy(this.done, ({ rows }) => rows);
    const total = (runs: typeof this.done): number => runs.reduce((sum, { run }) => sum + run.durationMs, 0);
    return {
      durationMs,
      rows: this.done.reduce((sum, { rows }) => sum + rows, 0),
      batches: this.done.length,
      fullBatches: this.done.filter(({ run }) => run.isFull).length,
      latencyP99Ms: quantile(this.latencies),
      queueP99Ms: quantile(this.waits),
      busyMs: total(this.done),
      runs: [...sizes].map(([rows, runs]) => ({ rows, count: runs.length, meanMs: total(runs) / runs.length })),
    };
  }
}

function quantile(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.ceil(values.length * 0.99) - 1] ?? 0;
}
