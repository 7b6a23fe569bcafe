import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

export interface LoadOptions {
  /** The model itself, relative to the folder. */
  readonly modelFile: string;
  /**
   * The signature that an earlier load of the same files reported: the file is then not read for it again. Null reads
   * and checks it.
   */
  readonly signature: ModelSignature | null;
}

/** Executes models of one kind. Not thread-safe: one caller at a time. */
export interface Runtime {
  /**
   * Loads a model from its files.
   * @throws ClusterError MODEL_INVALID with the reason.
   */
  load(folder: string, options: LoadOptions): Promise<LoadedModel>;
}

export interface LoadedModel {
  readonly signature: ModelSignature;
  /**
   * Runs the model once. Inputs have the datatypes of the signature and as many bytes as their shape says; whether the
   * shape suits the model, the model decides.
   * @param outputNames wanted outputs, each of the signature; empty for all, in its order.
   * @returns the outputs in the order of the names; their data shares memory with nothing else.
   * @throws ClusterError MODEL_EXECUTION_FAILED with the runtime's words; INVALID_ARGUMENT for an input that the
   * runtime cannot take (a string that is not UTF-8).
   */
  execute(inputs: readonly Tensor[], outputNames: readonly string[]): Promise<Tensor[]>;
  /** `execute` without a promise: it returns when the run is done. Null in a runtime that can only be waited for. */
  readonly executeNow: ((inputs: readonly Tensor[], outputNames: readonly string[]) => Tensor[]) | null;
  /** Frees the model. A run after it throws MODEL_EXECUTION_FAILED. */
  release(): Promise<void>;
}
