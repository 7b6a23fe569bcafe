import type { PlacedTensor, TensorFrame } from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { RunTimes } from './executor.ts';

/** Answers of one run, and where its time went. */
export interface InstanceResult extends RunTimes {
  readonly tensors: readonly PlacedTensor[];
}

/** One copy of a model that may be run, wherever it is. */
export interface HostedInstance {
  readonly ready: boolean;
  /** Runs that may be handed over now. */
  readonly freePlaces: number;
  /** Runs that were handed over and are not answered. */
  readonly runsInFlight: number;
  /**
   * Hands a run over; `freePlaces` must be positive. Rejects with ClusterError and nothing else.
   * @param onSettled called before the promise settles, when the place is free again.
   */
  execute(body: TensorFrame, remainingMs: number, onSettled: () => void): Promise<InstanceResult>;
}
