import type { WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError, isErrorCode } from '@cluster-ai/core/errors.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { isDatatype } from '@cluster-ai/core/tensors/datatype.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { assertFrameLength, frameKinds, malformedFrame, type FrameKind } from './frame.ts';

/** Most inputs or outputs of a model. */
const tensorsMax = 65_535;
const rankMax = 255;
/** Most batch sizes of a warm-up. */
const warmUpSizesMax = 65_535;

/** Stands for "none" where a number is optional. */
const none = 0xffff_ffff;

/** What a slot needs to load a model. */
export interface LoadOrder {
  /** Holds the files of the manifest under their paths. */
  readonly folder: string;
  /** The model itself, relative to `folder`. */
  readonly modelFile: string;
  readonly signature: ModelSignature;
  /** LOAD: size of dynamic dimensions for the warm-up run, null for no such run. */
  readonly warmUpSize: number | null;
  /** LOAD: rows of the batches with which it is run too, ascending. */
  readonly warmUpRows: readonly number[];
  /** LOAD: what these batches may take together, milliseconds. */
  readonly warmUpMsMax: number;
  /** PROBE: rows of a merged run to try; 0 tries none. */
  readonly rowsMax: number;
  /** PROBE: somebody has asked for so many; otherwise they may be fewer where more bring nothing. */
  readonly rowsAreAsked: boolean;
}

interface LoadTimes {
  readonly loadMs: number;
  readonly warmUpMs: number;
}

/** How a copy of a model was loaded and warmed. */
export interface LoadReport extends LoadTimes, WarmUpReport {}

/** What the probe found out about a model that loads. */
export interface ProbeReport extends LoadTimes {
  /** Size of dynamic dimensions that the model accepted; null when no made-up input was accepted. */
  readonly warmUpSize: number | null;
  /** Rows that may be merged; 0 when requests must stay apart. */
  readonly rowsMax: number;
  /** Why they must, or why nothing was tried; empty when there is nothing to say. */
  readonly reason: string;
}

/** A frame without a body. */
export function encodeBareFrame(kind: FrameKind, requestId: number, modelKey = 0): Uint8Array {
  return new FieldWriter({ kind, requestId, modelKey, timeMs: 0 }).finish();
}

export function encodeLoadFrame(
  kind: typeof frameKinds.LOAD | typeof frameKinds.PROBE,
  requestId: number,
  modelKey: number,
  order: LoadOrder,
): Uint8Array {
  const writer = new FieldWriter({ kind, requestId, modelKey, timeMs: 0 }).text(order.folder).text(order.modelFile);
  writer
    .uint32(order.warmUpSize ?? none)
    .uint32(order.rowsMax)
    .uint32(order.rowsAreAsked ? 1 : 0)
    .float64(order.warmUpMsMax);
  writeSizes(writer, order.warmUpRows);
  writeTensors(writer, order.signature.inputs);
  writeTensors(writer, order.signature.outputs);
  return writer.finish();
}

export function decodeLoadFrame(frame: Uint8Array): LoadOrder {
  const reader = new FieldReader(frame);
  const folder = reader.text();
  const modelFile = reader.text();
  const warmUpSize = optional(reader.uint32());
  const rowsMax = reader.uint32();
  const rowsAreAsked = reader.uint32() === 1;
  const warmUpMsMax = reader.float64();
  const warmUpRows = readSizes(reader);
  return {
    folder,
    modelFile,
    warmUpSize,
    warmUpRows,
    warmUpMsMax,
    rowsMax,
    rowsAreAsked,
    signature: { inputs: readTensors(reader), outputs: readTensors(reader) },
  };
}

function writeSizes(writer: FieldWriter, sizes: readonly number[]): void {
  writer.uint32(sizes.length);
  for (const rows of sizes) writer.uint32(rows);
}

function readSizes(reader: FieldReader): number[] {
  const count = bounded(reader.uint32(), warmUpSizesMax, 'batch sizes');
  return Array.from({ length: count }, () => reader.uint32());
}

function writeTensors(writer: FieldWriter, tensors: readonly TensorSignature[]): void {
  writer.uint32(tensors.length);
  for (const { name, datatype, shape } of tensors) {
    writer.text(name).text(datatype).uint32(shape.length);
    for (const dimension of shape) writer.float64(dimension);
  }
}

function readTensors(reader: FieldReader): TensorSignature[] {
  const count = bounded(reader.uint32(), tensorsMax, 'tensors');
  return Array.from({ length: count }, () => {
    const name = reader.text();
    const datatype = reader.text();
    if (!isDatatype(datatype)) throw malformedFrame(`datatype '${datatype}'`);
    const rank = bounded(reader.uint32(), rankMax, 'dimensions');
    return { name, datatype, shape: Array.from({ length: rank }, () => reader.float64()) };
  });
}

export function encodeLoadedFrame(requestId: number, modelKey: number, report: LoadReport): Uint8Array {
  const writer = new FieldWriter({ kind: frameKinds.LOADED, requestId, modelKey, timeMs: 0 });
  writer.float64(report.loadMs).float64(report.warmUpMs);
  writeSizes(writer, report.warmedRows);
  writeSizes(writer, report.coldRows);
  return writer.finish();
}

export function decodeLoadedFrame(frame: Uint8Array): LoadReport {
  const reader = new FieldReader(frame);
  const times = { loadMs: reader.float64(), warmUpMs: reader.float64() };
  return { ...times, warmedRows: readSizes(reader), coldRows: readSizes(reader) };
}

export function encodeProbedFrame(requestId: number, modelKey: number, report: ProbeReport): Uint8Array {
  const writer = new FieldWriter({ kind: frameKinds.PROBED, requestId, modelKey, timeMs: 0 });
  writer
    .float64(report.loadMs)
    .float64(report.warmUpMs)
    .uint32(report.warmUpSize ?? none)
    .uint32(report.rowsMax);
  return writer.text(report.reason).finish();
}

export function decodeProbedFrame(frame: Uint8Array): ProbeReport {
  const reader = new FieldReader(frame);
  const loadMs = reader.float64();
  const warmUpMs = reader.float64();
  const warmUpSize = optional(reader.uint32());
  return { loadMs, warmUpMs, warmUpSize, rowsMax: reader.uint32(), reason: reader.text() };
}

/** FAILED: code and message of a ClusterError; its cause stays in the runner's log. */
export function encodeFailedFrame(requestId: number, modelKey: number, error: ClusterError): Uint8Array {
  return new FieldWriter({ kind: frameKinds.FAILED, requestId, modelKey, timeMs: 0 })
    .text(error.code)
    .text(error.message)
    .finish();
}

export function decodeFailedFrame(frame: Uint8Array): ClusterError {
  const reader = new FieldReader(frame);
  const code = reader.text();
  const message = reader.text();
  if (!isErrorCode(code)) throw malformedFrame(`error code '${code}'`);
  return new ClusterError(code, message);
}

/** Where a frame lies in the scratch file of a runner. */
export interface StoredFrame {
  readonly offset: number;
  readonly bytes: number;
}

export function encodeStoredFrame(requestId: number, { offset, bytes }: StoredFrame): Uint8Array {
  const writer = new FieldWriter({ kind: frameKinds.STORED, requestId, modelKey: 0, timeMs: 0 });
  return writer.float64(offset).float64(bytes).finish();
}

/** @throws ClusterError INTERNAL for what cannot be a frame. */
export function decodeStoredFrame(frame: Uint8Array): StoredFrame {
  const reader = new FieldReader(frame);
  const stored = { offset: reader.float64(), bytes: reader.float64() };
  if (!Number.isSafeInteger(stored.offset) || stored.offset < 0) throw malformedFrame(`it lies at ${stored.offset}`);
  assertFrameLength(stored.bytes);
  return stored;
}

export function encodeStatsReplyFrame(requestId: number, rssBytes: number): Uint8Array {
  return new FieldWriter({ kind: frameKinds.STATS_REPLY, requestId, modelKey: 0, timeMs: 0 })
    .float64(rssBytes)
    .finish();
}

export function decodeStatsReplyFrame(frame: Uint8Array): { rssBytes: number } {
  return { rssBytes: new FieldReader(frame).float64() };
}

function optional(value: number): number | null {
  return value === none ? null : value;
}

function bounded(count: number, max: number, what: string): number {
  if (count > max) throw malformedFrame(`${count} ${what}`);
  return count;
}
