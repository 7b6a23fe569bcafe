import { ClusterError } from '../errors.ts';
import type { BatchInput } from '../model-configuration/model-configuration.ts';
import { elementBytes } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** Elements of a tensor, the batch dimension counted with the others. */
export function elementsOf({ shape }: Tensor): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Shape and data of an input that the server makes from the requests of a batch. */
export interface MadeInput {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * The values that tell a model where the requests of a batch begin and end in its flat inputs, as Triton has them: one
 * number for each request, but for the kinds that say otherwise.
 * @param sources the input of each request that the numbers are about.
 */
export function madeInput({ kind, datatype }: BatchInput, sources: readonly Tensor[]): MadeInput {
  const { shape, values } = makers[kind](sources);
  const numbers = datatype === 'FP32' ? Float32Array.from(values) : Int32Array.from(values);
  return { shape, data: new Uint8Array(numbers.buffer) };
}

interface Made {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const list = (values: readonly number[]): Made => ({ shape: [values.length], values });

const makers: Readonly<Record<BatchInput['kind'], (sources: readonly Tensor[]) => Made>> = {
  BATCH_ELEMENT_COUNT: (sources) => list(sources.map(elementsOf)),
  BATCH_ACCUMULATED_ELEMENT_COUNT: (sources) => list(sums(sources).slice(1)),
  BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO: (sources) => list(sums(sources)),
  // Only the shape says something.
  BATCH_MAX_ELEMENT_COUNT_AS_SHAPE: (sources) =>
    list(Array.from({ length: Math.max(0, ...sources.map(elementsOf)) }, () => 0)),
  BATCH_ITEM_SHAPE: (sources) => {
    const shapes = rowShapes(sources);
    return { shape: [shapes.length, shapes[0]?.length ?? 0], values: shapes.flat() };
  },
  BATCH_ITEM_SHAPE_FLATTEN: (sources) => list(rowShapes(sources).flat()),
};

/** The elements of those before each, and of all. */
function sums(sources: readonly Tensor[]): number[] {
  const values = [0];
  for (const source of sources) values.push((values.at(-1) ?? 0) + elementsOf(source));
  return values;
}

/** The shape of each row of each request, without the batch dimension. */
function rowShapes(sources: readonly Tensor[]): (readonly number[])[] {
  return sources.flatMap(({ shape }) => Array.from({ length: shape[0] ?? 0 }, () => shape.slice(1)));
}

/**
 * Cuts a flat output into pieces that have the shapes of the requests' inputs.
 * @throws ClusterError MODEL_EXECUTION_FAILED when it has another number of elements.
 */
export function scatter(output: Tensor, sources: readonly Tensor[]): Tensor[] {
  const width = elementBytes[output.datatype];
  let offset = 0;
  const pieces = sources.map((source) => {
    const end = offset + elementsOf(source) * width;
    const piece = { ...output, shape: source.shape, data: output.data.subarray(offset, end) };
    offset = end;
    return piece;
  });
  if (offset === output.data.byteLength && output.datatype !== 'BYTES') return pieces;
  throw new ClusterError(
    'MODEL_EXECUTION_FAILED',
    `output '${output.name}' has the shape [${output.shape.join(',')}], and not the ${offset / width} elements of the inputs by which it is cut`,
  );
}
