import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import {
  decodeFailedFrame,
  decodeLoadedFrame,
  decodeLoadFrame,
  decodeProbedFrame,
  decodeStatsReplyFrame,
  decodeStoredFrame,
  encodeBareFrame,
  encodeFailedFrame,
  encodeLoadedFrame,
  encodeLoadFrame,
  encodeProbedFrame,
  encodeStatsReplyFrame,
  encodeStoredFrame,
} from './control-frames.ts';
import { frameKinds, frameLengthAt, frameView, readFrameHeader } from './frame.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const number = fc.double({ noNaN: true });
const size = fc.option(fc.integer({ min: 0, max: 0xffff_fffe }));
const sizes = fc.array(fc.nat(), { maxLength: 20 });
const tensors = fc.array(
  fc.record({
    name: text,
    datatype: fc.constantFrom(...datatypes),
    shape: fc.array(fc.integer({ min: -1, max: 2 ** 40 }), { maxLength: 6 }),
  }),
  { maxLength: 5 },
);
const loadOrders = fc.record({
  folder: text,
  modelFile: text,
  warmUpSize: size,
  warmUpRows: sizes,
  warmUpMsMax: number,
  rowsMax: fc.nat(),
  rowsAreAsked: fc.boolean(),
  signature: fc.record({ inputs: tensors, outputs: tensors }),
});
const loadReports = fc.record({ loadMs: number, warmUpMs: number, warmedRows: sizes, coldRows: sizes });
const probeReports = fc.record({ loadMs: number, warmUpMs: number, warmUpSize: size, rowsMax: fc.nat(), reason: text });

function whole(frame: Uint8Array): Uint8Array {
  expect(frameLengthAt(frameView(frame), 0)).toBe(frame.byteLength);
  return frame;
}

describe('control frames', () => {
  it('say where a large one lies, and nothing that cannot be one', () => {
    const stored = { offset: 2 ** 33, bytes: 602_200 };
    expect(decodeStoredFrame(whole(encodeStoredFrame(9, stored)))).toEqual(stored);
    for (const wrong of [
      { ...stored, offset: -1 },
      { ...stored, offset: 0.5 },
      { ...stored, bytes: 7 },
    ]) {
      expect(() => decodeStoredFrame(encodeStoredFrame(9, wrong))).toThrow('malformed runner frame');
    }
  });

  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(
        loadOrders,
        probeReports,
        loadReports,
        fc.constantFrom(frameKinds.LOAD, frameKinds.PROBE),
        (order, report, loaded, kind) => {
          const load = whole(encodeLoadFrame(kind, 3, 5, order));
          expect(readFrameHeader(load)).toEqual({ kind, requestId: 3, modelKey: 5, timeMs: 0 });
          expect(decodeLoadFrame(load)).toEqual(order);
          expect(decodeProbedFrame(whole(encodeProbedFrame(3, 5, report)))).toEqual(report);
          expect(decodeLoadedFrame(whole(encodeLoadedFrame(3, 5, loaded)))).toEqual(loaded);
          const { loadMs: rssBytes } = report;
          expect(decodeStatsReplyFrame(whole(encodeStatsReplyFrame(0, rssBytes)))).toEqual({ rssBytes });
        },
      ),
    );
  });

  it('carry code and message of an error', () => {
    const error = decodeFailedFrame(
      whole(encodeFailedFrame(1, 2, new ClusterError('MODEL_INVALID', 'no such operator'))),
    );
    expect(error).toMatchObject({ code: 'MODEL_INVALID', message: 'no such operator' });
  });

  it('cut a message that is out of all proportion', () => {
    const error = decodeFailedFrame(
      whole(encodeFailedFrame(1, 2, new ClusterError('MODEL_EXECUTION_FAILED', 'é'.repeat(2_000_000)))),
    );
    expect(error.message).toBe('é'.repeat(262_144));
  });

  it('refuse bytes that were cut or invented', () => {
    fc.assert(
      fc.property(loadOrders, fc.nat(), fc.uint8Array({ minLength: 24, maxLength: 400 }), (order, position, bytes) => {
        const load = encodeLoadFrame(frameKinds.LOAD, 1, 1, order);
        for (const frame of [load.subarray(0, position % (load.byteLength - 8)), bytes]) {
          for (const decode of [decodeLoadFrame, decodeProbedFrame, decodeFailedFrame, decodeLoadedFrame]) {
            try {
              decode(frame);
            } catch (error) {
              expect(String(error)).toContain('malformed runner frame');
            }
          }
        }
      }),
    );
  });

  it('have this form on the wire', () => {
    expect(Buffer.from(encodeBareFrame(frameKinds.END_SLOT, 258)).toString('hex')).toBe(
      '180000001400000002010000000000000000000000000000',
    );
    expect(Buffer.from(encodeFailedFrame(1, 2, new ClusterError('INTERNAL', 'ab'))).toString('hex')).toBe(
      '30000000540000000100000002000000000000000000000008000000494e5445524e414c020000006162000000000000',
    );
  });
});
