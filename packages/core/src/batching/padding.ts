import { ClusterError } from '../errors.ts';
import type { InferenceRequest } from '../inference/request.ts';
import type { PaddedDimension } from '../model-configuration/model-configuration.ts';
import { elementBytes, type Datatype } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** A dimension of an output that is as long as one of an input, and is cut back to what that was. */
export interface OutputCut {
  readonly output: string;
  /** Dimensions count from the batch, which is 0. */
  readonly axis: number;
  readonly input: string;
  readonly inputAxis: number;
}

/** How requests of different lengths are made equally long, and their answers as long as they would have been. */
export interface Padding {
  readonly dimensions: readonly PaddedDimension[];
  readonly cuts: readonly OutputCut[];
}

/** The smallest size that is no smaller; undefined where there is none. */
export function paddedSize({ sizes }: Pick<PaddedDimension, 'sizes'>, size: number): number | undefined {
  return sizes.find((each) => each >= size);
}

/**
 * A request whose padded dimensions have one of their sizes.
 * @returns the request itself when it has already; null when one of them is longer than all sizes: it stays as it is, in
 * every dimension, because its inputs may have to agree.
 */
export function padRequest(request: InferenceRequest, dimensions: readonly PaddedDimension[]): InferenceRequest | null {
  let { inputs } = request;
  for (const dimension of dimensions) {
    const index = inputs.findIndex(({ name }) => name === dimension.input);
    const input = inputs[index];
    if (input === undefined) continue;
    const axis = dimension.dim + 1;
    const own = input.shape[axis] ?? 0;
    const size = paddedSize(dimension, own);
    if (size === undefined) return null;
    if (size > own) inputs = inputs.with(index, padTensor(input, axis, size, dimension.value));
  }
  return inputs === request.inputs ? request : { ...request, inputs };
}

/** The same tensor, longer in one dimension: behind its own elements there, the others have one value. */
export function padTensor(tensor: Tensor, axis: number, size: number, value: number): Tensor {
  const { outer, bytesOf } = layout(tensor, axis);
  const shape = tensor.shape.with(axis, size);
  const [from, to] = [bytesOf(tensor.shape[axis] ?? 0), bytesOf(size)];
  const data = new Uint8Array(outer * to);
  if (value !== 0) fill(data, tensor.datatype, value);
  for (let block = 0; block < outer; block += 1) {
    data.set(tensor.data.subarray(block * from, (block + 1) * from), block * to);
  }
  return { ...tensor, shape, data };
}

/** The same tensor, shorter in one dimension: its first elements there. Nothing is copied where one piece is what is left. */
export function cutTensor(tensor: Tensor, axis: number, size: number): Tensor {
  const { outer, bytesOf } = layout(tensor, axis);
  const shape = tensor.shape.with(axis, size);
  const [from, to] = [bytesOf(tensor.shape[axis] ?? 0), bytesOf(size)];
  if (tensor.shape[axis] === size) return tensor;
  if (outer === 1) return { ...tensor, shape, data: tensor.data.subarray(0, to) };
  const data = new Uint8Array(outer * to);
  for (let block = 0; block < outer; block += 1) {
    data.set(tensor.data.subarray(block * from, block * from + to), block * to);
  }
  return { ...tensor, shape, data };
}

/**
 * The outputs of a padded request as long as those of the request would have been.
 * @param request as it came. @throws ClusterError MODEL_EXECUTION_FAILED for an output that is shorter than that.
 */
export function cutOutputs(
  outputs: readonly Tensor[],
  cuts: readonly OutputCut[],
  request: InferenceRequest,
): readonly Tensor[] {
  return outputs.map((output) => {
    let cut = output;
    for (const { output: name, axis, input, inputAxis } of cuts) {
      if (name !== output.name) continue;
      const size = request.inputs.find((each) => each.name === input)?.shape[inputAxis] ?? 0;
      if ((cut.shape[axis] ?? 0) < size) {
        throw new ClusterError(
          'MODEL_EXECUTION_FAILED',
          `output '${name}' has the shape [${output.shape.join(',')}], and dimension ${axis} should be at least ${size}`,
        );
      }
      cut = cutTensor(cut, axis, size);
    }
    return cut;
  });
}

/**
 * Which dimensions of outputs follow padded ones, found from answers to requests of different lengths.
 * @returns the output whose dimension changes in another way, as a sentence, where there is one: it could not be cut.
 */
export function findCuts(
  answered: readonly { readonly request: InferenceRequest; readonly outputs: readonly Tensor[] }[],
  dimensions: readonly PaddedDimension[],
): readonly OutputCut[] | string {
  const cuts: OutputCut[] = [];
  const [first] = answered;
  for (const [index, output] of first?.outputs.entries() ?? []) {
    for (let axis = 1; axis < output.shape.length; axis += 1) {
      const sizes = answered.map(({ outputs }) => outputs[index]?.shape[axis]);
      if (sizes.every((size) => size === sizes[0])) continue;
      const source = dimensions.find(({ input, dim }) =>
        answered.every(({ request }, which) => {
          const given = request.inputs.find(({ name }) => name === input);
          return given?.shape[dim + 1] === sizes[which];
        }),
      );
      if (source === undefined) {
        return `dimension ${axis} of output '${output.name}' changes with the inputs, and is none of theirs`;
      }
      cuts.push({ output: output.name, axis, input: source.input, inputAxis: source.dim + 1 });
    }
  }
  return cuts;
}

/** Blocks in front of a dimension, and the bytes of so many places in it. */
function layout({ shape, datatype }: Tensor, axis: number): { outer: number; bytesOf: (places: number) => number } {
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  const width = product(shape.slice(axis + 1)) * elementBytes[datatype];
  return { outer: product(shape.slice(0, axis)), bytesOf: (places) => places * width };
}

function fill(data: Uint8Array, datatype: Datatype, value: number): void {
  const width = elementBytes[datatype];
  const one = new Uint8Array(width);
  writers[datatype](new DataView(one.buffer), value);
  for (let offset = 0; offset < data.byteLength; offset += width) data.set(one, offset);
}

const byte = (view: DataView, value: number): void => view.setUint8(0, value & 255);

/** An element of a text has no width of its own, so that texts are not padded. */
const writers: Readonly<Record<Datatype, (view: DataView, value: number) => void>> = {
  BOOL: (view, value) => view.setUint8(0, value === 0 ? 0 : 1),
  UINT8: byte,
  INT8: byte,
  UINT16: (view, value) => view.setUint16(0, value, true),
  INT16: (view, value) => view.setInt16(0, value, true),
  UINT32: (view, value) => view.setUint32(0, value, true),
  INT32: (view, value) => view.setInt32(0, value, true),
  UINT64: (view, value) => view.setBigUint64(0, BigInt(value), true),
  INT64: (view, value) => view.setBigInt64(0, BigInt(value), true),
  FP16: (view, value) => view.setFloat16(0, value, true),
  FP32: (view, value) => view.setFloat32(0, value, true),
  FP64: (view, value) => view.setFloat64(0, value, true),
  BYTES: () => undefined,
};
