import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';

interface ElementType {
  readonly number: number;
  readonly name: string;
  /** Size of one element in `raw_data`; null for strings, whose length varies. */
  readonly bits: number | null;
}

/** The element types of ONNX tensors: `TensorProto.DataType` of onnx.proto, IR version 13. */
const elementTypes: readonly ElementType[] = [
  { number: 1, name: 'float32', bits: 32 },
  { number: 2, name: 'uint8', bits: 8 },
  { number: 3, name: 'int8', bits: 8 },
  { number: 4, name: 'uint16', bits: 16 },
  { number: 5, name: 'int16', bits: 16 },
  { number: 6, name: 'int32', bits: 32 },
  { number: 7, name: 'int64', bits: 64 },
  { number: 8, name: 'string', bits: null },
  { number: 9, name: 'bool', bits: 8 },
  { number: 10, name: 'float16', bits: 16 },
  { number: 11, name: 'float64', bits: 64 },
  { number: 12, name: 'uint32', bits: 32 },
  { number: 13, name: 'uint64', bits: 64 },
  { number: 14, name: 'complex64', bits: 64 },
  { number: 15, name: 'complex128', bits: 128 },
  { number: 16, name: 'bfloat16', bits: 16 },
  { number: 17, name: 'float8e4m3fn', bits: 8 },
  { number: 18, name: 'float8e4m3fnuz', bits: 8 },
  { number: 19, name: 'float8e5m2', bits: 8 },
  { number: 20, name: 'float8e5m2fnuz', bits: 8 },
  { number: 21, name: 'uint4', bits: 4 },
  { number: 22, name: 'int4', bits: 4 },
  { number: 23, name: 'float4e2m1', bits: 4 },
  { number: 24, name: 'float8e8m0', bits: 8 },
  { number: 25, name: 'uint2', bits: 2 },
  { number: 26, name: 'int2', bits: 2 },
];

const byNumber = new Map(elementTypes.map((type) => [type.number, type]));

/** The name of an element type, for example `float32` for 1; `unknown(99)` for a number that ONNX has not given out. */
export function elementTypeName(number: number): string {
  return byNumber.get(number)?.name ?? `unknown(${number})`;
}

/** Bits of one element in `raw_data`; null for strings and for numbers that ONNX has not given out. */
export function elementTypeBits(number: number): number | null {
  return byNumber.get(number)?.bits ?? null;
}

/** The element type for each datatype of the Open Inference Protocol. Element types that are not here are not served. */
export const elementTypeOf: Readonly<Record<Datatype, number>> = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
};

const datatypeByNumber = new Map(datatypes.map((datatype) => [elementTypeOf[datatype], datatype]));

/** The datatype for an element type; null for one that is not served. */
export function datatypeOf(number: number): Datatype | null {
  return datatypeByNumber.get(number) ?? null;
}
