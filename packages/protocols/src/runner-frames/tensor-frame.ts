import { datatypes, elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import {
  alignedBytes,
  frameBytesMax,
  frameHeaderBytes,
  frameView,
  malformedFrame,
  writeFrameHeader,
  type FrameHeader,
} from './frame.ts';
import { ownSegmentBytesMin, SegmentWriter } from './segment-writer.ts';

/**
 * The body of EXECUTE and RESULT. Tensors are named by their place in the model's signature, which both ends know:
 *
 *     uint16 tensors · uint16 wanted outputs · uint32 RESULT: microseconds left to the deadline at the start; else zero
 *     per tensor: uint16 place · uint8 datatype (place in `datatypes`) · uint8 rank · uint32 bytes · rank × float64
 *     per wanted output: uint16 place in the signature's outputs; padded to 8
 *     per tensor: its bytes, padded to 8
 */
export interface TensorFrame {
  readonly tensors: readonly PlacedTensor[];
  /** Places of the wanted outputs; empty for all, and in a RESULT. */
  readonly outputPlaces: readonly number[];
  /** Of a RESULT: microseconds that were left to the deadline when the runtime began. It tells when that was. */
  readonly microsLeft?: number;
}

export interface PlacedTensor {
  /** Place in the signature's inputs (EXECUTE) or outputs (RESULT). */
  readonly place: number;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** The data is their concatenation; a decoded tensor has one, which is a view of the frame. */
  readonly parts: readonly Uint8Array[];
}

const countsBytes = 8;
const entryBytes = 8;
const dimensionBytes = 8;

const datatypeCodes: ReadonlyMap<Datatype, number> = new Map(datatypes.map((datatype, code) => [datatype, code]));

/**
 * Lays an EXECUTE or RESULT frame out as pieces that are to be written one after the other. Large data is not copied:
 * the pieces share its memory.
 * @returns null when the frame would pass `frameBytesMax`.
 */
export function encodeTensorFrame(header: FrameHeader, body: TensorFrame): Uint8Array[] | null {
  const sizes = body.tensors.map(tensorBytes);
  const tableBytes = tableSize(body);
  const total = sizes.reduce((sum, bytes) => sum + alignedBytes(bytes), frameHeaderBytes + tableBytes);
  if (total > frameBytesMax) return null;
  // A small frame, which is nearly every one, is written in one piece.
  const isSmall = total <= ownSegmentBytesMin;
  const head = new Uint8Array(isSmall ? total : frameHeaderBytes + tableBytes);
  const view = frameView(head);
  writeFrameHeader(view, header, total);
  writeTable(view, body, sizes);
  if (!isSmall) return withLargeData(head, body, sizes);
  writeData(head, frameHeaderBytes + tableBytes, body, sizes);
  return [head];
}

function writeData(frame: Uint8Array, start: number, body: TensorFrame, sizes: readonly number[]): void {
  let data = start;
  body.tensors.forEach((tensor, index) => {
    let offset = data;
    for (const part of tensor.parts) {
      frame.set(part, offset);
      offset += part.byteLength;
    }
    data += alignedBytes(sizes[index] ?? 0);
  });
}

function withLargeData(head: Uint8Array, body: TensorFrame, sizes: readonly number[]): Uint8Array[] {
  const segments = new SegmentWriter();
  segments.append(head);
  body.tensors.forEach((tensor, index) => {
    for (const part of tensor.parts) segments.append(part);
    const bytes = sizes[index] ?? 0;
    segments.appendZeros(alignedBytes(bytes) - bytes);
  });
  return segments.finish();
}

function tensorBytes(tensor: PlacedTensor): number {
  let bytes = 0;
  for (const part of tensor.parts) bytes += part.byteLength;
  return bytes;
}

function tableSize(body: TensorFrame): number {
  let bytes = countsBytes;
  for (const tensor of body.tensors) bytes += entryBytes + tensor.shape.length * dimensionBytes;
  return bytes + alignedBytes(body.outputPlaces.length * 2);
}

function writeTable(view: DataView, body: TensorFrame, sizes: readonly number[]): void {
  let offset = frameHeaderBytes;
  view.setUint16(offset, body.tensors.length, true);
  view.setUint16(offset + 2, body.outputPlaces.length, true);
  view.setUint32(offset + 4, body.microsLeft ?? 0, true);
  offset += countsBytes;
  body.tensors.forEach((tensor, index) => {
    view.setUint16(offset, tensor.place, true);
    view.setUint8(offset + 2, datatypeCodes.get(tensor.datatype) ?? 0);
    view.setUint8(offset + 3, tensor.shape.length);
    view.setUint32(offset + 4, sizes[index] ?? 0, true);
    offset += entryBytes;
    for (const dimension of tensor.shape) {
      view.setFloat64(offset, dimension, true);
      offset += dimensionBytes;
    }
  });
  for (const place of body.outputPlaces) {
    view.setUint16(offset, place, true);
    offset += 2;
  }
}

/**
 * Reads the body of an EXECUTE or RESULT frame. Data is not copied: each part is a view of the frame, 8-byte aligned
 * with regard to its start.
 * @throws ClusterError INTERNAL when the frame contradicts itself.
 */
export function decodeTensorFrame(frame: Uint8Array): TensorFrame {
  const view = frameView(frame);
  let offset = need(view, frameHeaderBytes, countsBytes);
  const tensorCount = view.getUint16(frameHeaderBytes, true);
  const outputCount = view.getUint16(frameHeaderBytes + 2, true);
  const entries: { place: number; datatype: Datatype; shape: number[]; bytes: number }[] = [];
  for (let index = 0; index < tensorCount; index += 1) {
    const entry = offset;
    offset = need(view, entry, entryBytes);
    const datatype = datatypes[view.getUint8(entry + 2)];
    if (datatype === undefined) throw malformedFrame('a datatype is unknown');
    const rank = view.getUint8(entry + 3);
    const dimensions = offset;
    offset = need(view, dimensions, rank * dimensionBytes);
    const shape: number[] = [];
    for (let axis = 0; axis < rank; axis += 1) shape.push(dimensionAt(view, dimensions + axis * dimensionBytes));
    const bytes = view.getUint32(entry + 4, true);
    assertFits(datatype, shape, bytes);
    entries.push({ place: view.getUint16(entry, true), datatype, shape, bytes });
  }
  const outputPlaces: number[] = [];
  const places = offset;
  offset = need(view, places, alignedBytes(outputCount * 2));
  for (let index = 0; index < outputCount; index += 1) outputPlaces.push(view.getUint16(places + index * 2, true));
  const tensors = entries.map(({ place, datatype, shape, bytes }) => {
    const start = offset;
    offset = need(view, start, alignedBytes(bytes));
    return { place, datatype, shape, parts: [frame.subarray(start, start + bytes)] };
  });
  if (offset !== frame.byteLength) throw malformedFrame(`${frame.byteLength - offset} bytes are left over`);
  return { tensors, outputPlaces, microsLeft: view.getUint32(frameHeaderBytes + 4, true) };
}

/** Whoever uses the tensor counts with its shape: other bytes would be read past their end, or as other numbers. */
function assertFits(datatype: Datatype, shape: readonly number[], bytes: number): void {
  // Strings carry their own lengths.
  if (datatype === 'BYTES') return;
  let needed = elementBytes[datatype];
  for (const dimension of shape) needed *= dimension;
  if (needed !== bytes) throw malformedFrame(`a tensor ${datatype} [${shape.join(',')}] has ${bytes} bytes`);
}

function need(view: DataView, offset: number, bytes: number): number {
  if (offset + bytes > view.byteLength) throw malformedFrame('it ends too early');
  return offset + bytes;
}

function dimensionAt(view: DataView, offset: number): number {
  const dimension = view.getFloat64(offset, true);
  if (!Number.isSafeInteger(dimension) || dimension < 0) throw malformedFrame(`a dimension is ${dimension}`);
  return dimension;
}
