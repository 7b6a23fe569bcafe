import { QueuePlace, type Queued } from '@cluster-ai/core/batching/batch-queue.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

/** Where the time of a request went, between queueing and its outputs. */
export interface BatchTimes {
  readonly queueMs: number;
  /** From handing over to the outputs, the hop to the runner included. */
  readonly executeMs: number;
  /** Of that: in the slot behind an earlier run, on the way into the runtime, and inside it. */
  readonly waitMs: number;
  readonly inputMs: number;
  readonly computeMs: number;
  /** 1 for a model without a batch dimension, whatever the shapes. */
  readonly rows: number;
  /** Of the whole batch. */
  readonly batchRows: number;
  /** True for one request of each batch: the batch is counted by it. */
  readonly leads: boolean;
}

export interface BatchOutcome {
  readonly outputs: readonly Tensor[];
  readonly times: BatchTimes;
}

/** Who must know that a ticket has failed from outside. */
export interface TicketHolder {
  left(ticket: Ticket): void;
}

/** One waiting request and the promise of its outputs. It settles once: outputs, error, deadline or cancellation. */
export class Ticket implements Queued<Ticket> {
  /** As it is run. */
  readonly request: InferenceRequest;
  readonly deadlineAtMs: number;
  readonly enqueuedAtMs: number;
  readonly rows: number;
  readonly outcome: Promise<BatchOutcome>;
  readonly place = new QueuePlace<Ticket>();
  batchKey: string | null;
  /** As it came, where it is run in another form. */
  asked: InferenceRequest | null = null;
  settled = false;
  private readonly holder: TicketHolder | null;
  private readonly resolve: (outcome: BatchOutcome) => void;
  private readonly reject: (error: ClusterError) => void;
  private held: BatchOutcome | ClusterError | null = null;
  private losses = 0;

  /** @param batchKey null for a request that runs alone. @param holder is told when it fails. */
  constructor(
    request: InferenceRequest,
    batchKey: string | null,
    deadlineAtMs: number,
    enqueuedAtMs: number,
    holder: TicketHolder | null = null,
  ) {
    this.request = request;
    this.rows = request.inputs[0]?.shape[0] ?? 1;
    this.batchKey = batchKey;
    this.deadlineAtMs = deadlineAtMs;
    this.enqueuedAtMs = enqueuedAtMs;
    this.holder = holder;
    const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
    this.outcome = promise;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Keeps the outcome until `release`, because others must be answered before. */
  hold(outcome: BatchOutcome | ClusterError): void {
    this.held ??= outcome;
  }

  get isHeld(): boolean {
    return this.held !== null;
  }

  /** @returns false when there is nothing to let go. */
  release(): boolean {
    const { held } = this;
    if (held === null) return false;
    this.held = null;
    if (held instanceof ClusterError) this.fail(held);
    else this.succeed(held.outputs, held.times);
    return true;
  }

  succeed(outputs: readonly Tensor[], times: BatchTimes): void {
    if (this.settled) return;
    this.settled = true;
    this.resolve({ outputs, times });
  }

  fail(error: ClusterError): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(error);
    this.holder?.left(this);
  }

  /** Nobody waits longer than the deadline. */
  expireIfDue(nowMs: number): void {
    if (nowMs < this.deadlineAtMs) return;
    this.fail(
      new ClusterError(
        'DEADLINE_EXCEEDED',
        `the deadline of the request passed before model '${this.request.modelName}' answered`,
      ),
    );
  }

  /** The client went away, maybe because its deadline has passed: nobody reads the outcome, so the request need not run. */
  cancel(nowMs: number): void {
    this.expireIfDue(nowMs);
    this.fail(new ClusterError('CANCELLED', 'the client went away before the answer'));
  }

  /** @returns how often it has been lost with a runner. */
  lose(): number {
    this.losses += 1;
    return this.losses;
  }

  runAlone(): void {
    this.batchKey = null;
  }
}
