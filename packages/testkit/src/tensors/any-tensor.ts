import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import fc from 'fast-check';

interface TensorLimits {
  /** Leave out what JSON cannot carry: payloads of NaN, and BYTES that are not UTF-8. */
  readonly jsonOnly: boolean;
}

/** Tensors of one datatype in every form that a client may send: scalars, empty ones, any bits. */
export function anyTensor(name: string, datatype: Datatype, { jsonOnly }: TensorLimits): fc.Arbitrary<Tensor> {
  return fc.array(fc.nat({ max: 4 }), { maxLength: 4 }).chain((shape) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    return anyData(datatype, count, jsonOnly).map((data) => ({ name, datatype, shape, data }));
  });
}

function anyData(datatype: Datatype, count: number, jsonOnly: boolean): fc.Arbitrary<Uint8Array> {
  const exactly = { minLength: count, maxLength: count };
  switch (datatype) {
    case 'BOOL':
      return fc.uint8Array({ ...exactly, max: 1 });
    case 'BYTES': {
      const text = fc.string({ unit: 'grapheme' }).map((value) => new TextEncoder().encode(value));
      return fc.array(jsonOnly ? text : fc.uint8Array({ maxLength: 12 }), exactly).map(encodeBytesElements);
    }
    case 'FP32':
      if (jsonOnly) return fc.float32Array(exactly).map(bytesOf);
      break;
    case 'FP64':
      if (jsonOnly) return fc.float64Array(exactly).map(bytesOf);
      break;
    default:
  }
  const size = count * elementBytes[datatype];
  return fc.uint8Array({ minLength: size, maxLength: size });
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.slice().buffer);
}
