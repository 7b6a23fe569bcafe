import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { BatchFigures } from './batch-figures.ts';
import type { Ticket } from './ticket.ts';

/** The queue of one model version. */
export interface Batcher {
  /** Whether the model's own configuration judges the parameter `timeout`; otherwise it is a deadline. */
  readonly judgesTimeouts: boolean;
  readonly figures: BatchFigures;
  /** How its requests become batches. */
  readonly rules: BatchRules;
  /** Forms batches by other rules from now on: rows, delay and preferred sizes, never merging where it was off. */
  adopt(rules: BatchRules): void;
  /** Requests that wait. */
  readonly queued: number;
  /**
   * Queues a validated request.
   * @param deadlineAtMs on the gateway's clock; the ticket then fails with DEADLINE_EXCEEDED.
   * @param enqueuedAtMs since when it waits, where that is not now: it has waited elsewhere before.
   * @throws ClusterError OVERLOADED when the queue is full, QUEUE_FULL when its configuration says so; INVALID_ARGUMENT for what does not fit the model's sequences.
   */
  enqueue(request: InferenceRequest, deadlineAtMs: number, enqueuedAtMs?: number): Ticket;
  /** Resolves when nothing waits or runs any more. */
  idle(): Promise<void>;
  /** Refuses everything from now on and fails what waits; what runs is still answered. */
  close(error: ClusterError): void;
}
