import { ProtobufWriter } from './protobuf-writer.ts';
import { writeTensor } from './write-tensor.ts';
import type { OnnxTensor } from './write-tensor.ts';

/** The value of a node's attribute, under the name of its type. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number | bigint }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor }
  /** A graph as `writeOnnxGraph` gives it: a branch, or the body of a loop. */
  | { readonly graph: Uint8Array }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly strings: readonly string[] };

/** Field 20 of `AttributeProto` says which of the value fields is in use. */
const TYPE = 20;

/** Encodes one `AttributeProto`. */
export function writeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if ('float' in value) return writer.float32(2, value.float).int64(TYPE, 1);
  if ('int' in value) return writer.int64(3, value.int).int64(TYPE, 2);
  if ('string' in value) return writer.text(4, value.string).int64(TYPE, 3);
  if ('tensor' in value) return writer.message(5, writeTensor(value.tensor)).int64(TYPE, 4);
  if ('graph' in value) return writer.bytes(6, value.graph).int64(TYPE, 5);
  if ('floats' in value) {
    for (const element of value.floats) writer.float32(7, element);
    return writer.int64(TYPE, 6);
  }
  if ('ints' in value) {
    for (const element of value.ints) writer.int64(8, element);
    return writer.int64(TYPE, 7);
  }
  for (const element of value.strings) writer.text(9, element);
  return writer.int64(TYPE, 8);
}
