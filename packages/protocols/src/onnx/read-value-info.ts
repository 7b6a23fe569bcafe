import { elementTypeName } from './element-types.ts';
import type { OnnxReadLimits } from './limits.ts';
import { notOnnx } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** An input or an output of the main graph. */
export interface OnnxValueInfo {
  readonly name: string;
  /** `TensorProto.DataType`; 0 when the value is not a dense tensor. */
  readonly elementType: number;
  /** `float32`, `string`, …; for a value that is not a dense tensor what it is: `sequence`, `map`, `optional`, `sparse tensor`. */
  readonly elementTypeName: string;
  /** One entry a dimension: a size, the name of a dynamic one, or null for a nameless dynamic one. Null: not even the rank is known. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** The fields of `TypeProto` that are not the dense tensor (field 1). */
const otherTypes = new Map([
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque'],
  [8, 'sparse tensor'],
  [9, 'optional'],
]);

type TensorType = Omit<OnnxValueInfo, 'name'>;

/** Reads one `ValueInfoProto`. Throws `MODEL_INVALID` when it has no name or no type. */
export function readValueInfo(reader: ProtobufReader, limits: OnnxReadLimits): OnnxValueInfo {
  let name = '';
  let type: TensorType | null = null;
  while (reader.next()) {
    if (reader.field === 1) name = reader.text('the name of a value', limits.nameBytesMax);
    else if (reader.field === 2) type = readType(reader.message(), limits);
    else reader.skip();
  }
  if (name === '') throw notOnnx('an input or output has no name');
  if (type === null) throw notOnnx(`the input or output '${name}' has no type`);
  return { name, ...type };
}

function readType(reader: ProtobufReader, limits: OnnxReadLimits): TensorType | null {
  let type: TensorType | null = null;
  while (reader.next()) {
    const other = otherTypes.get(reader.field);
    if (reader.field === 1) type = readTensorType(reader.message(), limits);
    else if (other !== undefined) {
      type = { elementType: 0, elementTypeName: other, shape: null };
      reader.skip();
    } else reader.skip();
  }
  return type;
}

function readTensorType(reader: ProtobufReader, limits: OnnxReadLimits): TensorType {
  let elementType = 0;
  let shape: (number | string | null)[] | null = null;
  while (reader.next()) {
    if (reader.field === 1) elementType = reader.varintField();
    else if (reader.field === 2) shape = readShape(reader.message(), limits);
    else reader.skip();
  }
  return { elementType, elementTypeName: elementTypeName(elementType), shape };
}

function readShape(reader: ProtobufReader, limits: OnnxReadLimits): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    if (shape.length >= limits.rankMax) throw notOnnx(`an input or output has more than ${limits.rankMax} dimensions`);
    shape.push(readDim(reader.message(), limits));
  }
  return shape;
}

function readDim(reader: ProtobufReader, limits: OnnxReadLimits): number | string | null {
  let dim: number | string | null = null;
  while (reader.next()) {
    if (reader.field === 1) {
      const size = reader.varintField();
      // Some exporters write -1 for a dynamic dimension, where the format has a name or nothing.
      dim = size < 0 ? null : size;
    } else if (reader.field === 2) {
      const name = reader.text('the name of a dimension', limits.nameBytesMax);
      dim = name === '' ? null : name;
    } else reader.skip();
  }
  return dim;
}
