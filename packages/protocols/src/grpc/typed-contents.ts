import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { wireTypes, type WireReader } from './wire-reader.ts';

/** Which tensor `contents` belong to. */
interface Place {
  readonly input: string;
  readonly datatype: Datatype;
  readonly model: string;
}

/** A field of InferTensorContents. Elements are packed into one field, or stand alone in many; both are valid. */
interface ContentField {
  readonly name: string;
  /** The datatype of which the elements are, in the words of refusals. */
  readonly of: Datatype;
  readonly carries: readonly Datatype[];
  readonly wireType: number;
}

const { varint, fixed32, fixed64, bytes } = wireTypes;

const fields: Readonly<Record<number, ContentField>> = {
  1: { name: 'bool_contents', of: 'BOOL', carries: ['BOOL'], wireType: varint },
  2: { name: 'int_contents', of: 'INT32', carries: ['INT8', 'INT16', 'INT32'], wireType: varint },
  3: { name: 'int64_contents', of: 'INT64', carries: ['INT64'], wireType: varint },
  4: { name: 'uint_contents', of: 'UINT32', carries: ['UINT8', 'UINT16', 'UINT32'], wireType: varint },
  5: { name: 'uint64_contents', of: 'UINT64', carries: ['UINT64'], wireType: varint },
  6: { name: 'fp32_contents', of: 'FP32', carries: ['FP32'], wireType: fixed32 },
  7: { name: 'fp64_contents', of: 'FP64', carries: ['FP64'], wireType: fixed64 },
  8: { name: 'bytes_contents', of: 'BYTES', carries: ['BYTES'], wireType: bytes },
};

/**
 * Turns `contents` of an input into the bytes of its tensor. Floating-point elements that came packed are not copied.
 * @param contents usually one; more are parts of the same.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words for elements of another datatype than the input's.
 */
export function readTypedContents(contents: readonly WireReader[], place: Place): Uint8Array {
  const pieces: Uint8Array[] = [];
  let only: ContentField | null = null;
  for (const reader of contents) {
    for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
      const field = fields[number];
      if (field === undefined) {
        reader.skip();
        continue;
      }
      const piece = readPiece(reader, field, place);
      if (piece === null) continue;
      if (only !== null && only !== field) throw unexpected(place, ', binary data was already supplied.');
      only = field;
      pieces.push(piece);
    }
  }
  const [first] = pieces;
  if (place.datatype === 'BYTES') return encodeBytesElements(pieces);
  return pieces.length === 1 && first !== undefined ? first : concatenate(pieces);
}

/** @returns null for a packed field without elements: it is as good as not there. */
function readPiece(reader: WireReader, field: ContentField, place: Place): Uint8Array | null {
  const isPacked = field.of !== 'BYTES' && reader.wireType === bytes;
  if (!isPacked) reader.expect(field.wireType, field.name);
  const elements = isPacked ? reader.message(field.name) : reader;
  if (isPacked && elements.done) return null;
  if (!field.carries.includes(place.datatype)) {
    throw unexpected(place, ` of type '${field.of}', expected datatype '${place.datatype}'`);
  }
  if (field.of === 'BYTES') return reader.byteString();
  if (field.wireType === varint) return isPacked ? integers(elements, place) : integer(elements, place);
  const size = elementBytes[field.of];
  if (!isPacked) return elements.fixed(size);
  const whole = elements.rest();
  if (whole.byteLength % size === 0) return whole;
  throw new ClusterError('INVALID_ARGUMENT', `${field.name} of input '${place.input}' ends inside an element`);
}

function integers(reader: WireReader, place: Place): Uint8Array {
  const size = elementBytes[place.datatype];
  const data = new Uint8Array(reader.countVarints() * size);
  const view = new DataView(data.buffer);
  const write = writers[place.datatype];
  for (let offset = 0; !reader.done; offset += size) write?.(reader, view, offset, place.input);
  return data;
}

function integer(reader: WireReader, place: Place): Uint8Array {
  const data = new Uint8Array(elementBytes[place.datatype]);
  writers[place.datatype]?.(reader, new DataView(data.buffer), 0, place.input);
  return data;
}

type WriteElement = (reader: WireReader, view: DataView, offset: number, input: string) => void;

/** Reads one varint and lays it out as an element. */
const writers: Partial<Record<Datatype, WriteElement>> = {
  BOOL: (reader, view, offset) => view.setUint8(offset, reader.bool() ? 1 : 0),
  INT8: (reader, view, offset, input) => view.setInt8(offset, within(reader.int32(), -128, 127, input)),
  INT16: (reader, view, offset, input) => view.setInt16(offset, within(reader.int32(), -32_768, 32_767, input), true),
  INT32: (reader, view, offset) => view.setInt32(offset, reader.int32(), true),
  INT64: (reader, view, offset) => reader.varintInto(view, offset),
  UINT8: (reader, view, offset, input) => view.setUint8(offset, within(reader.uint32(), 0, 255, input)),
  UINT16: (reader, view, offset, input) => view.setUint16(offset, within(reader.uint32(), 0, 65_535, input), true),
  UINT32: (reader, view, offset) => view.setUint32(offset, reader.uint32(), true),
  UINT64: (reader, view, offset) => reader.varintInto(view, offset),
};

function within(value: number, least: number, most: number, input: string): number {
  if (value >= least && value <= most) return value;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `element ${value} of input '${input}' is not between ${least} and ${most}, as its datatype wants`,
  );
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole;
}

function unexpected({ input, model }: Place, why: string): ClusterError {
  return new ClusterError(
    'INVALID_ARGUMENT',
    `unexpected explicit tensor data for input tensor '${input}' for model '${model}'${why}`,
  );
}
