import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { tensorToJson } from '@cluster-ai/protocols/json/tensor-json.ts';
import { FrameSplitter } from '@cluster-ai/protocols/runner-frames/frame-splitter.ts';
import {
  decodeFailedFrame,
  decodeLoadedFrame,
  decodeLoadFrame,
  decodeProbedFrame,
  decodeStatsReplyFrame,
  encodeFailedFrame,
  encodeLoadedFrame,
  encodeLoadFrame,
  encodeProbedFrame,
  encodeStatsReplyFrame,
} from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { frameKinds, readFrameHeader } from '@cluster-ai/protocols/runner-frames/frame.ts';
import { decodeTensorFrame, encodeTensorFrame } from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { FuzzTarget } from '../engine/target.ts';

const whole = (segments: readonly Uint8Array[] | null): Uint8Array => new Uint8Array(Buffer.concat(segments ?? []));
const header = (kind: 18 | 82) => ({ kind, requestId: 1, modelKey: 2, timeMs: 3 });
const batches = { warmUpRows: [2, 4], warmUpMsMax: 5, rowsMax: 2, rowsAreAsked: true };
const order = { folder: '/f', modelFile: 'm', warmUpSize: 1, ...batches };
const signature = { inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2] }], outputs: [] };

/** The pipe between a gateway and a runner, which runs models of strangers: either end must survive the other. */
export const target: FuzzTarget = {
  about:
    'the pipe to a runner, in which models of strangers run: frames in any pieces, and each kind read and written again',
  form: 'bytes',
  weight: 2,
  mayFailInternally: true,
  seeds: () => [
    whole([
      encodeLoadedFrame(1, 2, { loadMs: 3, warmUpMs: 4, warmedRows: [2, 4], coldRows: [8] }),
      encodeProbedFrame(2, 2, { loadMs: 1, warmUpMs: 2, warmUpSize: null, rowsMax: 8, reason: 'r' }),
    ]),
    whole([encodeFailedFrame(1, 2, new ClusterError('MODEL_INVALID', 'why')), encodeStatsReplyFrame(3, 4)]),
    encodeLoadFrame(frameKinds.LOAD, 1, 2, { ...order, signature }),
    whole(
      encodeTensorFrame(header(frameKinds.RESULT), {
        tensors: [{ place: 0, datatype: 'FP32', shape: [2], parts: [new Uint8Array(8)] }],
        outputPlaces: [1],
      }),
    ),
  ],
  run: (input) => {
    const frames = new FrameSplitter().push(input);
    const splitter = new FrameSplitter();
    const cut = input.length === 0 ? 0 : (input[0] ?? 0) % input.length;
    const inPieces = [...splitter.push(input.slice(0, cut)), ...splitter.push(input.slice(cut))];
    assert.deepEqual(
      inPieces,
      frames.map((frame) => new Uint8Array(frame)),
    );
    for (const frame of frames) readFrame(frame);
  },
};

function readFrame(frame: Uint8Array): void {
  const { kind, requestId, modelKey, timeMs } = readFrameHeader(frame);
  switch (kind) {
    case frameKinds.LOAD:
    case frameKinds.PROBE: {
      const order = decodeLoadFrame(frame);
      assert.deepEqual(decodeLoadFrame(encodeLoadFrame(kind, requestId, modelKey, order)), order);
      return;
    }
    case frameKinds.EXECUTE:
    case frameKinds.RESULT: {
      const body = decodeTensorFrame(frame);
      assert.deepEqual(decodeTensorFrame(whole(encodeTensorFrame({ kind, requestId, modelKey, timeMs }, body))), body);
      for (const { datatype, shape, parts } of body.tensors) {
        tensorToJson({ name: 'y', datatype, shape, data: parts[0] ?? new Uint8Array() });
      }
      return;
    }
    case frameKinds.LOADED:
      return void decodeLoadedFrame(frame);
    case frameKinds.PROBED:
      return void decodeProbedFrame(frame);
    case frameKinds.FAILED:
      return void decodeFailedFrame(frame);
    case frameKinds.STATS_REPLY:
      return void decodeStatsReplyFrame(frame);
    default:
  }
}
