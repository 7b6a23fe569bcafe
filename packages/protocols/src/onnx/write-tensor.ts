import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementTypeOf } from './element-types.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import type { OnnxExternalData } from './read-tensor.ts';

/** A tensor that a model stores: a weight, or the value of an attribute. Row-major. */
export type OnnxTensor = OnnxNumericTensor | OnnxTextTensor | OnnxExternalTensor;

export interface OnnxNumericTensor {
  readonly name: string;
  readonly datatype: Exclude<Datatype, 'BYTES'>;
  readonly shape: readonly number[];
  /** Its elements, little-endian: a typed array of the datatype (BOOL: one byte each), or their bytes. */
  readonly data: ArrayBufferView;
}

export interface OnnxTextTensor {
  readonly name: string;
  readonly datatype: 'BYTES';
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

/** A tensor whose data lies in another file beside the model. */
export interface OnnxExternalTensor {
  readonly name: string;
  readonly datatype: Exclude<Datatype, 'BYTES'>;
  readonly shape: readonly number[];
  readonly external: OnnxExternalData;
}

/** Encodes one `TensorProto`: numbers as raw data, texts as string data. */
export function writeTensor(tensor: OnnxTensor): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const dim of tensor.shape) writer.int64(1, dim);
  writer.int64(2, elementTypeOf[tensor.datatype]).text(8, tensor.name);
  if ('external' in tensor) return writeExternal(writer, tensor.external);
  if (tensor.datatype === 'BYTES') {
    for (const element of tensor.data) writer.text(6, element);
    return writer;
  }
  return writer.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

/** Adds where the data of a tensor lies instead of the data. */
export function writeExternal(writer: ProtobufWriter, external: OnnxExternalData): ProtobufWriter {
  writer
    .message(13, keyAndValue('location', external.location))
    .message(13, keyAndValue('offset', String(external.offset)));
  if (external.length !== null) writer.message(13, keyAndValue('length', String(external.length)));
  return writer.int64(14, 1);
}

/** A `StringStringEntryProto`, the form of metadata and of external data. */
export function keyAndValue(key: string, value: string): ProtobufWriter {
  return new ProtobufWriter().text(1, key).text(2, value);
}
