import type { Datatype } from '../tensors/datatype.ts';

/** One input or output of a model; -1 marks a dimension that each request chooses. */
export interface TensorSignature {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** What a model takes and gives, in the order of its file. */
export interface ModelSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** Whether the first dimension is a batch, where a configuration says so; the shapes tell without one. */
  readonly batched?: boolean;
}
