import { takeBatch } from '@cluster-ai/core/batching/form-batches.ts';
import { hasBatchDimension } from '@cluster-ai/core/inference/batch-dimension.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { splitRows } from '@cluster-ai/core/tensors/rows.ts';
import type { ExecutionResult, ModelExecutor } from '../execution/executor.ts';
import { RunLost } from '../execution/run-lost.ts';
import { BatchKeys } from './batch-keys.ts';
import type { Batcher } from './batcher.ts';
import { mergeInputs } from './merge-inputs.ts';
import { Ticket } from './ticket.ts';

export interface TickBatcherOptions {
  readonly clock: Clock;
  /** Requests that may wait for this model version. */
  readonly queueLengthMax: number;
  /** False runs every request alone: the plain path against which batching is tested. */
  readonly enabled: boolean;
}

/** How often a request is handed over again after a runner was lost under it through no fault of its own. */
const lossesMax = 2;

/** How often deadlines are looked at while requests wait, milliseconds: the most by which a deadline is overrun. */
const deadlineCheckMs = 100;

/**
 * The queue of one model version. What arrives in one turn of the event loop is merged into as few runs as the model
 * allows and handed over together: no timer, no added wait, and the batch grows by itself with the load.
 */
export class TickBatcher implements Batcher {
  private readonly executor: ModelExecutor;
  private readonly options: TickBatcherOptions;
  private readonly keys: BatchKeys;
  private readonly rowsMax: number;
  private readonly countsRows: boolean;
  private readonly waiting: Ticket[] = [];
  private readonly running = new Set<Ticket>();
  private flushScheduled = false;
  private deadlineTimer: NodeJS.Timeout | null = null;
  private closedWith: ClusterError | null = null;
  private whenIdle: PromiseWithResolvers<void> | null = null;

  constructor(executor: ModelExecutor, options: TickBatcherOptions) {
    this.executor = executor;
    this.options = options;
    this.rowsMax = options.enabled ? executor.rowsMax : 0;
    this.countsRows = hasBatchDimension(executor.signature);
    this.keys = new BatchKeys(executor.signature, this.rowsMax > 0);
    executor.onFree(() => this.flush());
  }

  get queued(): number {
    return this.waiting.length;
  }

  enqueue(request: InferenceRequest, deadlineAtMs: number): Ticket {
    if (this.closedWith !== null) throw this.closedWith;
    if (this.waiting.length >= this.options.queueLengthMax) {
      throw new ClusterError(
        'OVERLOADED',
        `the queue of model '${request.modelName}' is full: ${this.options.queueLengthMax} requests are waiting`,
        { retryAfterSeconds: 1 },
      );
    }
    const ticket = new Ticket(request, this.keys.keyOf(request), deadlineAtMs, this.options.clock.nowMs());
    this.waiting.push(ticket);
    this.scheduleFlush();
    this.deadlineTimer ??= setInterval(() => this.checkDeadlines(), deadlineCheckMs).unref();
    return ticket;
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    this.whenIdle ??= Promise.withResolvers<void>();
    return this.whenIdle.promise;
  }

  close(error: ClusterError): void {
    this.closedWith = error;
    for (const ticket of this.waiting.splice(0)) ticket.fail(error);
    this.afterSettling();
  }

  private scheduleFlush(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const nowMs = this.options.clock.nowMs();
    while (this.waiting.length > 0 && this.executor.freePlaces() > 0) {
      const batch = stillWanted(takeBatch(this.waiting, this.rowsMax), nowMs);
      if (batch.length > 0) void this.run(batch);
    }
    this.afterSettling();
  }

  private async run(batch: readonly Ticket[]): Promise<void> {
    const startedAtMs = this.options.clock.nowMs();
    for (const ticket of batch) this.running.add(ticket);
    try {
      const result = await this.executor.execute({
        inputs: mergeInputs(
          this.executor.signature,
          batch.map((ticket) => ticket.request),
        ),
        outputNames: distinct(batch[0]?.request.outputNames ?? []),
        remainingMs: Math.max(...batch.map((ticket) => ticket.deadlineAtMs)) - startedAtMs,
      });
      this.deliver(batch, result, startedAtMs);
    } catch (thrown) {
      this.handleFailure(batch, toClusterError(thrown));
    } finally {
      for (const ticket of batch) this.running.delete(ticket);
      this.afterSettling();
    }
  }

  private deliver(batch: readonly Ticket[], result: ExecutionResult, startedAtMs: number): void {
    const { outputs, waitMs, inputMs, computeMs } = result;
    const executeMs = this.options.clock.nowMs() - startedAtMs;
    const rows = batch.map((ticket) => ticket.rows);
    // A request that ran alone keeps its outputs as they are: their first dimension need not be a batch.
    const pieces = batch.length === 1 ? null : outputs.map((output) => splitRows(output, rows));
    const counted = this.countsRows ? rows : rows.map(() => 1);
    const batchRows = counted.reduce((sum, count) => sum + count, 0);
    // The one that the batch is counted by must be one that is counted.
    const leader = batch.findIndex((ticket) => !ticket.settled);
    batch.forEach((ticket, index) => {
      const own = pieces === null ? outputs : pieces.flatMap((piece) => piece[index] ?? []);
      ticket.succeed(own, {
        queueMs: startedAtMs - ticket.enqueuedAtMs,
        executeMs,
        waitMs,
        inputMs,
        computeMs,
        rows: counted[index] ?? 1,
        batchRows,
        leads: index === leader,
      });
    });
  }

  private handleFailure(batch: readonly Ticket[], error: ClusterError): void {
    const mayBeOne = error.code === 'MODEL_EXECUTION_FAILED' || error.code === 'INVALID_ARGUMENT';
    if (mayBeOne && batch.length > 1) {
      // One bad request must fail alone: each of them runs again by itself.
      const wanted = batch.filter((ticket) => !ticket.settled);
      for (const ticket of wanted) ticket.runAlone();
      this.waiting.unshift(...wanted);
      this.scheduleFlush();
      return;
    }
    if (error instanceof RunLost && error.mayRunAgain && this.closedWith === null) {
      // Another model brought the runner down, or somebody outside: who asked this one need not notice.
      for (const ticket of batch) if (ticket.lose() > lossesMax) ticket.fail(error);
      this.waiting.unshift(...batch.filter((ticket) => !ticket.settled));
      this.scheduleFlush();
      return;
    }
    for (const ticket of batch) ticket.fail(error);
  }

  private checkDeadlines(): void {
    const nowMs = this.options.clock.nowMs();
    for (const ticket of this.running) ticket.expireIfDue(nowMs);
    const wanted = stillWanted(this.waiting, nowMs);
    if (wanted.length < this.waiting.length) this.waiting.splice(0, this.waiting.length, ...wanted);
    // Stopped here and not with the last request: a quiet client would start and stop it each time.
    if (this.isIdle && this.deadlineTimer !== null) {
      clearInterval(this.deadlineTimer);
      this.deadlineTimer = null;
    }
    this.afterSettling();
  }

  private get isIdle(): boolean {
    return this.waiting.length === 0 && this.running.size === 0;
  }

  private afterSettling(): void {
    if (!this.isIdle) return;
    this.whenIdle?.resolve();
    this.whenIdle = null;
  }
}

function stillWanted(tickets: readonly Ticket[], nowMs: number): Ticket[] {
  for (const ticket of tickets) ticket.expireIfDue(nowMs);
  return tickets.filter((ticket) => !ticket.settled);
}

function distinct(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}
