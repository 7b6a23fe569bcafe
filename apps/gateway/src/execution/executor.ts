import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel, ObservedRunner, RunnerConfinement } from '@cluster-ai/contract/telemetry.ts';

/** One input of a run. Its data is the concatenation of `parts`: a batch is never copied together before the hop. */
export interface ExecutionInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parts: readonly Uint8Array[];
}

/** One run of a model: a single request, or several merged along dimension 0. */
export interface Execution {
  readonly inputs: readonly ExecutionInput[];
  /** Wanted outputs; empty means all, in the signature's order. */
  readonly outputNames: readonly string[];
  /** Milliseconds until nobody waits for the answer any more; the runner skips a run that comes too late. */
  readonly remainingMs: number;
}

/** Where the time of a run went, milliseconds; the way back from the runtime is what is left. */
export interface RunTimes {
  /** In the slot, behind an earlier run. */
  readonly waitMs: number;
  /** The way of the inputs into the runtime. */
  readonly inputMs: number;
  /** Inside the runtime. */
  readonly computeMs: number;
}

export interface ExecutionResult extends RunTimes {
  readonly outputs: readonly Tensor[];
}

/** A model version that is loaded on this gateway and may be run. */
export interface ModelExecutor {
  readonly model: SnapshotModel;
  readonly signature: ModelSignature;
  /** Rows of a merged batch at most; 0 when requests must not be merged. */
  readonly rowsMax: number;
  /** Why they must not, as a sentence; empty when they may. */
  readonly apartReason: string;
  /** Runs that may be handed over now. 0 while all slots are busy, or while a runner is being started again. */
  freePlaces(): number;
  /** Called whenever `freePlaces()` may have grown. One listener: the batching stage. */
  onFree(listener: () => void): void;
  /**
   * Hands one run over. Call only while `freePlaces()` > 0. All runs of one turn of the event loop cross in one write.
   * Rejects with ClusterError and nothing else: MODEL_EXECUTION_FAILED; INVALID_ARGUMENT for a string that the runtime
   * cannot take; RunLost (RUNNER_CRASHED); DEADLINE_EXCEEDED; MODEL_NOT_READY once the model is FAILED or UNLOADING; INTERNAL.
   */
  execute(execution: Execution): Promise<ExecutionResult>;
}

/** Everything that runs models on this gateway: runner processes, their slots, probing and restarts. */
export interface ModelHost {
  /**
   * Probes the model in a process of its own, then loads and warms it in a slot that serves nobody.
   * @param folder holds the files of the manifest under their paths.
   * @throws ClusterError MODEL_INVALID with the reason; the model is then FAILED in `observedModels()`. So is one that
   * could not be brought back after crashes of its runner: only another `load` (or `unload`) ends that state.
   * MODEL_OUT_OF_SERVICE for one that brought runners down too often; `forgetOthers` and another id end that.
   */
  load(model: SnapshotModel, folder: string): Promise<ModelExecutor>;
  /**
   * Brings a loaded model to so many instances, while it serves; settles when the new ones are ready, or those that are
   * too many have ended. @param instances at least 1, at most what `instancesMaxOf` allows.
   * @throws ClusterError MODEL_NOT_READY for a model that is not READY, or runs inside the gateway; what a failed load says.
   */
  scale(modelId: string, instances: number): Promise<void>;
  /** Drains and releases; its memory returns to the system. Does nothing for a model that is not loaded. */
  unload(modelId: string): Promise<void>;
  observedModels(): ObservedModel[];
  /** Why a model is FAILED; null when it is not. */
  failure(modelId: string): ClusterError | null;
  /** Crashes of models with other ids do not count any more: they are not wanted now. */
  forgetOthers(wantedIds: ReadonlySet<string>): void;
  /** How runners are shut in; null before the first model. */
  readonly confinement: RunnerConfinement | null;
  observedRunners(): ObservedRunner[];
  /** Waits for runs to end (drainTimeoutMs), then ends every runner. */
  close(): Promise<void>;
}
