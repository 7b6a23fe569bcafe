import { notOnnx, wireType } from './protobuf-reader.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { writeExternal } from './write-tensor.ts';

/** The bytes of a model file, read where they are needed: the file may be larger than what fits into memory. */
export interface ByteSource {
  readonly size: number;
  /** @returns the bytes from `start` up to `end`, which are within the file. */
  read(start: number, end: number): Uint8Array;
}

/** A range of the source. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface MovedWeights {
  /** The model without the weights that were moved: bytes, and ranges of the source, one after the other. */
  readonly model: readonly (Uint8Array | ByteRange)[];
  /** Where in the source each weight lies, and at which byte of the other file it has to be. Ordered, and apart. */
  readonly weights: readonly (ByteRange & { readonly offset: number })[];
}

export interface MoveOptions {
  /** Smaller weights stay where they are. */
  readonly fromBytes: number;
  /** Name of the other file, which lies beside the model. */
  readonly location: string;
}

/** Field numbers of ModelProto, GraphProto and TensorProto. Source: onnx.proto3 of ONNX 1.x. */
const modelGraph = 7;
const graphInitializer = 5;
const tensorRawData = 9;
const tensorExternalData = 13;
const tensorDataLocation = 14;

/** A page of memory: what is mapped begins at one. */
const alignmentBytes = 4_096;

const windowBytes = 16_384;

/**
 * Says how the large weights of an ONNX model are moved into a file of their own, as the format allows ("external data").
 * ONNX Runtime maps such a file into memory, where it would read those of a single file, copy them out of it, and have the
 * kernel hand out pages for both. The model stays what it is, tensor by tensor.
 * @returns null when nothing is large enough. @throws ClusterError MODEL_INVALID for what is no ONNX file.
 */
export function moveWeights(source: ByteSource, options: MoveOptions): MovedWeights | null {
  const reader = new SourceReader(source);
  const mover = new Mover(reader, options);
  const model = new Pieces();
  for (const field of reader.fields({ start: 0, end: source.size })) {
    const isGraph = field.number === modelGraph && field.wire === wireType.bytes;
    if (isGraph) model.message(modelGraph, mover.graph(field.body));
    else model.copy(field);
  }
  return mover.weights.length === 0 ? null : { model: model.list, weights: mover.weights };
}

class Mover {
  readonly weights: (ByteRange & { readonly offset: number })[] = [];
  private readonly reader: SourceReader;
  private readonly options: MoveOptions;
  private nextOffset = 0;

  constructor(reader: SourceReader, options: MoveOptions) {
    this.reader = reader;
    this.options = options;
  }

  graph(body: ByteRange): Pieces {
    const graph = new Pieces();
    for (const field of this.reader.fields(body)) {
      const isInitializer = field.number === graphInitializer && field.wire === wireType.bytes;
      const isLarge = field.body.end - field.body.start >= this.options.fromBytes;
      if (isInitializer && isLarge) graph.message(graphInitializer, this.tensor(field.body));
      else graph.copy(field);
    }
    return graph;
  }

  private tensor(body: ByteRange): Pieces {
    const tensor = new Pieces();
    let data: ByteRange | null = null;
    for (const field of this.reader.fields(body)) {
      const isData = field.number === tensorRawData && field.wire === wireType.bytes;
      const isElsewhere = field.number === tensorExternalData || field.number === tensorDataLocation;
      // Data that lies elsewhere, or twice: left to whoever reads it.
      if (isElsewhere || (isData && data !== null)) return new Pieces().copy(body);
      if (isData) data = field.body;
      else tensor.copy(field);
    }
    if (data === null || data.end - data.start < this.options.fromBytes) return new Pieces().copy(body);
    const offset = this.nextOffset;
    this.weights.push({ ...data, offset });
    const length = data.end - data.start;
    this.nextOffset = Math.ceil((offset + length) / alignmentBytes) * alignmentBytes;
    const place = writeExternal(new ProtobufWriter(), { location: this.options.location, offset, length });
    return tensor.bytes(place.finish());
  }
}

/** A message that is put together of bytes and of ranges of the source. */
class Pieces {
  readonly list: (Uint8Array | ByteRange)[] = [];
  private length = 0;

  copy({ start, end }: ByteRange): this {
    const last = this.list.at(-1);
    const follows = last !== undefined && 'start' in last && last.end === start;
    if (follows) this.list.splice(-1, 1, { start: last.start, end });
    else if (end > start) this.list.push({ start, end });
    this.length += end - start;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.list.push(bytes);
    this.length += bytes.byteLength;
    return this;
  }

  message(field: number, { list, length }: Pieces): this {
    this.bytes(headOf(field, length));
    for (const piece of list) {
      if ('start' in piece) this.copy(piece);
      else this.bytes(piece);
    }
    return this;
  }
}

/** Tag and length of a message. */
function headOf(field: number, length: number): Uint8Array {
  const bytes = [field * 8 + wireType.bytes];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** A field with its tag, and what is in it. */
interface Field extends ByteRange {
  readonly number: number;
  readonly wire: number;
  readonly body: ByteRange;
}

/** Walks over the fields of messages and looks at nothing but their heads. */
class SourceReader {
  private readonly source: ByteSource;
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;
  private position = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  *fields({ start, end }: ByteRange): Generator<Field> {
    for (let at = start; at < end;) {
      this.position = at;
      const tag = this.varint(end);
      const wire = tag & 7;
      const number = Math.floor(tag / 8);
      const body = this.body(wire, end);
      if (number === 0) throw notOnnx(`no valid field begins at byte ${at}`);
      if (body.end > end) throw notOnnx(`the field at byte ${at} ends after what it is in; the file is cut short`);
      yield { number, wire, start: at, end: body.end, body };
      at = body.end;
    }
  }

  private body(wire: number, end: number): ByteRange {
    if (wire === wireType.bytes) {
      const length = this.varint(end);
      return { start: this.position, end: this.position + length };
    }
    const start = this.position;
    if (wire === wireType.varint) this.varint(end);
    else if (wire === wireType.fixed64) this.position += 8;
    else if (wire === wireType.fixed32) this.position += 4;
    else throw notOnnx(`the field before byte ${start} has the wire type ${wire}, which ONNX does not use`);
    return { start, end: this.position };
  }

  /** Of a number beyond 2^53 nothing but its length is of use here. */
  private varint(end: number): number {
    const at = this.position;
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      if (this.position >= end) throw notOnnx(`it ends inside a number at byte ${at}; the file is cut short`);
      const byte = this.byteAt(this.position);
      this.position += 1;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw notOnnx(`the number at byte ${at} has more than 10 bytes`);
  }

  private byteAt(position: number): number {
    const index = position - this.windowStart;
    if (index >= 0 && index < this.window.byteLength) return this.window[index] ?? 0;
    this.windowStart = position;
    this.window = this.source.read(position, Math.min(this.source.size, position + windowBytes));
    return this.window[0] ?? 0;
  }
}
