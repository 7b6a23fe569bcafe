import type { Tensor } from '../tensors/tensor.ts';

export type ParameterValue = string | number | boolean | bigint;

/** A prediction as every protocol hands it to the pipeline. */
export interface InferenceRequest {
  /** The public name that the client called: a route. */
  readonly modelName: string;
  /** The version that the client insists on; null lets the route choose. */
  readonly modelVersion: string | null;
  /** Echoed in the answer; null when the client sent none. */
  readonly id: string | null;
  readonly inputs: readonly Tensor[];
  /** Names of the wanted outputs, duplicates allowed; empty means all. */
  readonly outputNames: readonly string[];
  /** Outputs of which the client wants the highest classes in place of the values, and how many of them. */
  readonly classifications?: ReadonlyMap<string, number>;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** The answer, before a protocol writes it. */
export interface InferenceResponse {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string | null;
  readonly outputs: readonly Tensor[];
}
