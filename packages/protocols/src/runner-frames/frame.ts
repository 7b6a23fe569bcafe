import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * Frames between a gateway and its runner processes. Both ends come from one release, so there is no version field.
 *
 * Every number is little-endian, every frame starts at a multiple of 8 and its length is one, so that tensor data can
 * be used where it lies:
 *
 *     0  uint32   length of the frame, header included
 *     4  uint8    kind
 *     5  3 bytes  zero
 *     8  uint32   request id: a reply carries that of its request
 *    12  uint32   model key: stands for one loaded model version; LOAD binds it to its files
 *    16  float64  EXECUTE: deadline; RESULT: time inside the runtime, milliseconds; else 0
 *    24  body
 */
export const frameHeaderBytes = 24;

/** Longest frame that is written or accepted, bytes. */
export const frameBytesMax = 2 ** 30;

/** Every length and every piece of tensor data is a multiple of this: the widest element. */
const frameAlignmentBytes = 8;

/** What a frame says. Below 64: gateway to runner; from 64 on: the answers. */
export const frameKinds = {
  /** To the process: start the thread of slot `request id`. */
  START_SLOT: 1,
  /** To the process: report memory. Answered with STATS_REPLY. */
  STATS: 2,
  /** To a slot: load a model under a key and warm it. Answered with LOADED or FAILED. */
  LOAD: 16,
  /** To a slot: load a model, try it out, release it. Answered with PROBED or FAILED. */
  PROBE: 17,
  /** To a slot: run a model. Answered with RESULT or FAILED. */
  EXECUTE: 18,
  /** To a slot: release a model. Answered with UNLOADED. */
  UNLOAD: 19,
  /** To a slot: end the thread; what came before is answered first. The process reports SLOT_ENDED. */
  END_SLOT: 20,
  /** To a slot: the next frame lies in the scratch file. It counts as that frame. */
  STORED: 21,
  STATS_REPLY: 66,
  SLOT_ENDED: 67,
  LOADED: 80,
  PROBED: 81,
  RESULT: 82,
  UNLOADED: 83,
  FAILED: 84,
} as const;

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

export interface FrameHeader {
  readonly kind: FrameKind;
  readonly requestId: number;
  readonly modelKey: number;
  /** See the layout above; 0 where a kind has no use for it. */
  readonly timeMs: number;
}

const kinds: ReadonlyMap<number, FrameKind> = new Map(Object.values(frameKinds).map((kind) => [kind, kind]));

/** Rounds up to a multiple of `frameAlignmentBytes`. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / frameAlignmentBytes) * frameAlignmentBytes;
}

/** Writes the header of a frame of `length` bytes to the start of `target`. */
export function writeFrameHeader(target: DataView, header: FrameHeader, length: number): void {
  target.setUint32(0, length, true);
  target.setUint32(4, header.kind, true);
  target.setUint32(8, header.requestId, true);
  target.setUint32(12, header.modelKey, true);
  target.setFloat64(16, header.timeMs, true);
}

/**
 * Length of the frame that starts at `offset`, header included.
 * @throws ClusterError INTERNAL when it cannot be a frame: the two ends have lost each other.
 */
export function frameLengthAt(view: DataView, offset: number): number {
  const length = view.getUint32(offset, true);
  assertFrameLength(length);
  return length;
}

/** @throws ClusterError INTERNAL for a length that no frame has. */
export function assertFrameLength(length: number): void {
  if (length < frameHeaderBytes || length > frameBytesMax || length % frameAlignmentBytes !== 0) {
    throw malformedFrame(`its length is ${length}`);
  }
}

/**
 * Reads the header of a whole frame.
 * @throws ClusterError INTERNAL for an unknown kind.
 */
export function readFrameHeader(frame: Uint8Array): FrameHeader {
  const view = frameView(frame);
  if (frame.byteLength < frameHeaderBytes) throw malformedFrame(`it has ${frame.byteLength} bytes`);
  const kind = kinds.get(view.getUint32(4, true));
  if (kind === undefined) throw malformedFrame(`its kind is ${view.getUint32(4, true)}`);
  return {
    kind,
    requestId: view.getUint32(8, true),
    modelKey: view.getUint32(12, true),
    timeMs: view.getFloat64(16, true),
  };
}

export function frameView(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

export function malformedFrame(what: string): ClusterError {
  return new ClusterError('INTERNAL', `malformed runner frame: ${what}`);
}
