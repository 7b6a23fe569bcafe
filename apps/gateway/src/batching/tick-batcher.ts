import { batchRules, levelOf, type BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import { DynamicQueue, type Expiry, type FormedBatch } from '@cluster-ai/core/batching/dynamic-queue.ts';
import { cutOutputs, padRequest, type Padding } from '@cluster-ai/core/batching/padding.ts';
import { hasBatchDimension } from '@cluster-ai/core/inference/batch-dimension.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { DynamicBatching, RaggedBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { timeoutOf } from '../admission/deadline.ts';
import type { ExecutionResult, ModelExecutor } from '../execution/executor.ts';
import { RunLost } from '../execution/run-lost.ts';
import { BatchFigures } from './batch-figures.ts';
import { BatchKeys } from './batch-keys.ts';
import type { Batcher } from './batcher.ts';
import { mergeInputs } from './merge-inputs.ts';
import { OrderedOutcomes } from './ordered-outcomes.ts';
import { splitOutputs } from './split-outputs.ts';
import { Ticket, type TicketHolder } from './ticket.ts';
import { WakeUp } from './wake-up.ts';

export interface TickBatcherOptions {
  readonly clock: Clock;
  /** Requests that may wait for this model version. */
  readonly queueLengthMax: number;
  /** False runs every request alone: the plain path against which batching is tested. */
  readonly enabled: boolean;
  /** What the version's configuration says about its batches; without it, they are what has come when a place is free. */
  readonly dynamicBatching?: DynamicBatching | null;
  readonly ragged?: RaggedBatching | undefined;
  /** How requests of different lengths are made equally long. */
  readonly padding?: Padding | undefined;
}

/** How often a request is handed over again after a runner was lost under it through no fault of its own. */
const lossesMax = 2;

/** How often deadlines are looked at while requests wait, milliseconds: the most by which a deadline is overrun. */
const deadlineCheckMs = 100;
/** The same where a configuration limits how long requests wait. */
const timeoutCheckMs = 10;

/** A new run counts for one in so many, in what is expected of the next. */
const runsRemembered = 8;

/**
 * The queue of one model version. What arrives in one turn of the event loop is merged into as few runs as the model
 * allows and handed over together: no timer, no added wait, and the batch grows by itself with the load. Where the
 * version's configuration wants batches to wait for others, or orders requests by priority, the queue's policy does that
 * (`core/batching/dynamic-queue.ts`); here are the clock, the timers and the model.
 */
export class TickBatcher implements Batcher, TicketHolder {
  readonly figures = new BatchFigures();
  private readonly executor: ModelExecutor;
  private readonly options: TickBatcherOptions;
  private readonly keys: BatchKeys;
  private readonly countsRows: boolean;
  private readonly queue: DynamicQueue<Ticket>;
  private readonly wakeUp: WakeUp;
  private readonly ordered: OrderedOutcomes | null;
  /**
   * Batches that were handed over. No set: its table is replaced again and again, and each old one, once it has grown old in
   * the heap, would keep all that follow it, and the requests in them, from being collected young.
   */
  private readonly running: (readonly Ticket[])[] = [];
  private flushScheduled = false;
  private deadlineTimer: NodeJS.Timeout | null = null;
  private closedWith: ClusterError | null = null;
  private whenIdle: PromiseWithResolvers<void> | null = null;
  private expectedRunMs = 0;

  constructor(executor: ModelExecutor, options: TickBatcherOptions) {
    this.executor = executor;
    this.options = options;
    const rules = batchRules(options.dynamicBatching ?? null, options.enabled ? executor.rowsMax : 0);
    this.queue = new DynamicQueue(rules, (ticket, why) => this.expired(ticket, why));
    this.wakeUp = new WakeUp(options.clock, () => this.flush());
    this.ordered = rules.keepsOrder ? new OrderedOutcomes() : null;
    this.countsRows = hasBatchDimension(executor.signature);
    this.keys = new BatchKeys(executor.signature, rules.rowsMax > 0, options.ragged?.inputs);
    executor.onFree(() => this.flush());
  }

  get rules(): BatchRules {
    return this.queue.rules;
  }

  adopt(rules: BatchRules): void {
    this.queue.adopt(rules);
    if (this.queue.length > 0) this.scheduleFlush();
  }

  get queued(): number {
    return this.queue.length;
  }

  get judgesTimeouts(): boolean {
    return this.queue.rules.judgesTimeouts;
  }

  enqueue(request: InferenceRequest, deadlineAtMs: number, enqueuedAtMs = this.options.clock.nowMs()): Ticket {
    if (this.closedWith !== null) throw this.closedWith;
    if (this.queue.length >= this.options.queueLengthMax) {
      throw new ClusterError(
        'OVERLOADED',
        `the queue of model '${request.modelName}' is full: ${this.options.queueLengthMax} requests are waiting`,
        { retryAfterSeconds: 1 },
      );
    }
    const { rules } = this.queue;
    const level = rules.levels === 0 ? 0 : levelOf(rules, request.parameters['priority']);
    const timeoutMicroseconds = rules.judgesTimeouts ? timeoutOf(request.parameters) : 0;
    const sizeMax = rules.judgesTimeouts ? this.queue.fullAt(level) : null;
    if (sizeMax !== null) throw this.queueFull(request, sizeMax, level);
    const { padding } = this.options;
    const run = padding === undefined ? request : (padRequest(request, padding.dimensions) ?? request);
    const ticket = new Ticket(run, this.keys.keyOf(run), deadlineAtMs, enqueuedAtMs, this);
    if (run !== request) ticket.asked = request;
    this.queue.add(ticket, level, timeoutMicroseconds);
    this.ordered?.enter(ticket);
    this.scheduleFlush();
    this.deadlineTimer ??= setInterval(
      () => this.checkDeadlines(),
      rules.judgesTimeouts ? timeoutCheckMs : deadlineCheckMs,
    ).unref();
    return ticket;
  }

  /** A ticket has failed: nobody waits for it in the queue any more, nor behind it. */
  left(ticket: Ticket): void {
    this.queue.remove(ticket);
    this.ordered?.release();
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    this.whenIdle ??= Promise.withResolvers<void>();
    return this.whenIdle.promise;
  }

  close(error: ClusterError): void {
    this.closedWith = error;
    this.wakeUp.cancel();
    for (const ticket of this.queue.drain()) ticket.fail(error);
    this.afterSettling();
  }

  private queueFull({ modelName }: InferenceRequest, sizeMax: number, level: number): ClusterError {
    this.figures.queueFull += 1;
    const where = this.queue.rules.levels === 0 ? '' : ` of priority ${level}`;
    return new ClusterError(
      'QUEUE_FULL',
      `Exceeds maximum queue size: ${sizeMax} requests${where} wait for model '${modelName}', the most that its configuration allows`,
      { retryAfterSeconds: 1 },
    );
  }

  private expired(ticket: Ticket, why: Expiry): void {
    this.figures.latency.observe(this.options.clock.nowMs() - ticket.enqueuedAtMs);
    if (why === 'deadline') {
      ticket.expireIfDue(this.options.clock.nowMs());
      return;
    }
    this.figures.queueTimeout += 1;
    ticket.fail(
      new ClusterError(
        'QUEUE_TIMEOUT',
        `Request timeout expired: it waited for model '${ticket.request.modelName}' for longer than its queue policy allows`,
      ),
    );
  }

  private scheduleFlush(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(this.flushNow);
  }

  private readonly flushNow = (): void => {
    this.flushScheduled = false;
    this.flush();
  };

  private flush(): void {
    const nowMs = this.options.clock.nowMs();
    let waitUntilMs = Infinity;
    while (this.queue.length > 0 && this.executor.freePlaces() > 0) {
      const found = this.queue.next(nowMs, this.expectedRunMs);
      if (found === null) break;
      if (found.kind === 'wait') {
        waitUntilMs = found.untilMs;
        break;
      }
      void this.run(found, nowMs);
    }
    if (waitUntilMs === Infinity) this.wakeUp.cancel();
    else this.wakeUp.at(waitUntilMs);
    this.afterSettling();
  }

  private async run({ entries: batch, reason }: FormedBatch<Ticket>, startedAtMs: number): Promise<void> {
    let rows = 0;
    let deadlineAtMs = 0;
    this.running.push(batch);
    for (const ticket of batch) {
      rows += ticket.rows;
      deadlineAtMs = Math.max(deadlineAtMs, ticket.deadlineAtMs);
    }
    this.figures.handedOver(reason, this.countsRows ? rows : batch.length, batch.length);
    try {
      const result = await this.executor.execute({
        inputs: mergeInputs(this.executor.signature, batch.map(requestOf), this.options.ragged),
        outputNames: distinct(batch[0]?.request.outputNames ?? []),
        remainingMs: deadlineAtMs - startedAtMs,
      });
      this.deliver(batch, result, startedAtMs);
    } catch (thrown) {
      this.handleFailure(batch, toClusterError(thrown));
    } finally {
      this.running.splice(this.running.indexOf(batch), 1);
      this.ordered?.release();
      this.afterSettling();
    }
  }

  private deliver(batch: readonly Ticket[], result: ExecutionResult, startedAtMs: number): void {
    const { outputs, waitMs, inputMs, computeMs } = result;
    const executeMs = this.options.clock.nowMs() - startedAtMs;
    this.expectedRunMs += (executeMs - this.expectedRunMs) / runsRemembered;
    this.figures.computed(computeMs);
    const rows = batch.map((ticket) => ticket.rows);
    const pieces = splitOutputs(outputs, batch.map(requestOf), rows, this.options.ragged);
    const counted = this.countsRows ? rows : rows.map(() => 1);
    const batchRows = counted.reduce((sum, count) => sum + count, 0);
    this.figures.runs.add(batchRows, executeMs - waitMs);
    // The one that the batch is counted by must be one that is counted.
    const leader = batch.findIndex((ticket) => !ticket.settled);
    batch.forEach((ticket, index) => {
      const own = this.asAsked(ticket, pieces[index] ?? []);
      const queueMs = startedAtMs - ticket.enqueuedAtMs;
      this.figures.waited(queueMs);
      this.figures.latency.observe(queueMs + executeMs);
      const times = {
        queueMs,
        executeMs,
        waitMs,
        inputMs,
        computeMs,
        rows: counted[index] ?? 1,
        batchRows,
        leads: index === leader,
      };
      if (this.ordered === null) ticket.succeed(own, times);
      else ticket.hold({ outputs: own, times });
    });
  }

  /** Answers to a padded request are as long as it would have got them. */
  private asAsked({ asked }: Ticket, outputs: readonly Tensor[]): readonly Tensor[] {
    const { padding } = this.options;
    return asked === null || padding === undefined ? outputs : cutOutputs(outputs, padding.cuts, asked);
  }

  private handleFailure(batch: readonly Ticket[], error: ClusterError): void {
    const mayBeOne = error.code === 'MODEL_EXECUTION_FAILED' || error.code === 'INVALID_ARGUMENT';
    if (mayBeOne && batch.length > 1) {
      // One bad request must fail alone: each of them runs again by itself.
      this.figures.takenApart += 1;
      const wanted = batch.filter((ticket) => !ticket.settled);
      for (const ticket of wanted) ticket.runAlone();
      this.queue.putBack(wanted);
      this.scheduleFlush();
      return;
    }
    if (error instanceof RunLost && error.mayRunAgain && this.closedWith === null) {
      // Another model brought the runner down, or somebody outside: who asked this one need not notice.
      for (const ticket of batch) if (ticket.lose() > lossesMax) this.fail(ticket, error);
      this.queue.putBack(batch.filter((ticket) => !ticket.settled && !ticket.isHeld));
      this.scheduleFlush();
      return;
    }
    for (const ticket of batch) this.fail(ticket, error);
  }

  private fail(ticket: Ticket, error: ClusterError): void {
    if (this.ordered === null) ticket.fail(error);
    else ticket.hold(error);
  }

  private checkDeadlines(): void {
    const nowMs = this.options.clock.nowMs();
    for (const batch of this.running) for (const ticket of batch) ticket.expireIfDue(nowMs);
    this.queue.expire(nowMs);
    // Stopped here and not with the last request: a quiet client would start and stop it each time.
    if (this.isIdle && this.deadlineTimer !== null) {
      clearInterval(this.deadlineTimer);
      this.deadlineTimer = null;
    }
    this.afterSettling();
  }

  private get isIdle(): boolean {
    return this.queue.length === 0 && this.running.length === 0;
  }

  private afterSettling(): void {
    if (this.whenIdle === null || !this.isIdle) return;
    this.whenIdle.resolve();
    this.whenIdle = null;
  }
}

function requestOf({ request }: Ticket): InferenceRequest {
  return request;
}

function distinct(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}
