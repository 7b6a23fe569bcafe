import type { TensorSignature } from '../inference/signature.ts';
import type { ConfiguredTensor } from './model-configuration.ts';

/** A tensor as clients know it, and as the model does. */
export interface ServedTensor {
  /** The clients' side. */
  readonly signature: TensorSignature;
  /** The model's shape; null where it is the clients' too. As many -1 as the clients' has. */
  readonly modelShape: readonly number[] | null;
}

/**
 * How a configured tensor is served: with a batch dimension in front where there is one, and with the model's size where
 * the configuration leaves a dimension open that the model fixes.
 */
export function servedTensor(
  configured: ConfiguredTensor,
  model: TensorSignature | undefined,
  hasBatchDimension: boolean,
): ServedTensor {
  const { name, datatype, dims, reshape } = configured;
  const batch = hasBatchDimension ? [-1] : [];
  if (reshape !== null) {
    return { signature: { name, datatype, shape: [...batch, ...dims] }, modelShape: [...batch, ...reshape] };
  }
  const shape = [...batch, ...dims].map((dimension, axis) =>
    dimension === -1 ? (model?.shape[axis] ?? -1) : dimension,
  );
  return { signature: { name, datatype, shape }, modelShape: null };
}

/**
 * The same elements in another shape: the sizes of open dimensions are carried over, one by one.
 * @param from the shape in the signature that `shape` fits. @param to the wanted one, with as many open dimensions.
 * @returns null when `shape` does not fit `from`.
 */
export function reshaped(
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] | null {
  if (shape.length !== from.length) return null;
  const sizes: number[] = [];
  for (const [axis, size] of shape.entries()) {
    if (from[axis] === -1) sizes.push(size);
    else if (from[axis] !== size) return null;
  }
  let next = 0;
  return to.map((dimension) => (dimension === -1 ? (sizes[next++] ?? 1) : dimension));
}
