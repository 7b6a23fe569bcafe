import type { Batchable } from '@cluster-ai/core/batching/form-batches.ts';
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

/** Begins batch keys that no other request has; output names begin with other characters. */
const aloneKey = '\u0002';

/** One waiting request and the promise of its outputs. It settles once: outputs, error, deadline or cancellation. */
export class Ticket implements Batchable {
  readonly request: InferenceRequest;
  readonly deadlineAtMs: number;
  readonly enqueuedAtMs: number;
  readonly rows: number;
  readonly outcome: Promise<BatchOutcome>;
  batchKey: string;
  settled = false;
  private readonly resolve: (outcome: BatchOutcome) => void;
  private readonly reject: (error: ClusterError) => void;
  private static alone = 0;
  private losses = 0;

  constructor(request: InferenceRequest, batchKey: string | null, deadlineAtMs: number, enqueuedAtMs: number) {
    this.request = request;
    this.rows = request.inputs[0]?.shape[0] ?? 1;
    this.batchKey = batchKey ?? Ticket.keyForOne();
    this.deadlineAtMs = deadlineAtMs;
    this.enqueuedAtMs = enqueuedAtMs;
    const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
    this.outcome = promise;
    this.resolve = resolve;
    this.reject = reject;
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
    this.batchKey = Ticket.keyForOne();
  }

  private static keyForOne(): string {
    Ticket.alone += 1;
    return `${aloneKey}${Ticket.alone}`;
  }
}
