import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeStoredFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { frameKinds } from '@cluster-ai/protocols/runner-frames/frame.ts';
import { encodeTensorFrame } from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import { SlotChannel } from './slot-channel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'cluster-ai-channel-'));
afterAll(() => rmSync(folder, { recursive: true }));

function frameWith(bytes: number, requestId: number): Uint8Array[] {
  const data = new Uint8Array(bytes).fill(requestId);
  const header = { kind: frameKinds.EXECUTE, requestId, modelKey: 1, timeMs: 0 };
  return (
    encodeTensorFrame(header, {
      tensors: [{ place: 0, datatype: 'UINT8', shape: [bytes], parts: [data] }],
      outputPlaces: [],
    }) ?? []
  );
}

/** Below and above the buffer of a slot, its largest size, and what gets memory of its own. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 60_000, max: 70_000 }),
  fc.integer({ min: 200_000, max: 300_000 }),
  fc.integer({ min: 4_194_200, max: 4_194_400 }),
);

describe('SlotChannel', () => {
  it('reads frames of any size one after the other, aligned, and then the end', () => {
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 8 }), (bytes) => {
        const frames = bytes.map((size, index) => Buffer.concat(frameWith(size, index + 1)));
        const file = path.join(folder, 'frames');
        // A file reads like a pipe whose writer has gone.
        writeFileSync(file, Buffer.concat(frames));
        const descriptor = openSync(file, 'r');
        const channel = new SlotChannel(descriptor, descriptor);
        for (const expected of frames) {
          const frame = channel.read();
          expect(frame === null ? null : expected.equals(frame)).toBe(true);
          expect((frame?.byteOffset ?? 1) % 8).toBe(0);
        }
        expect(channel.read()).toBeNull();
        closeSync(descriptor);
      }),
      { numRuns: 40 },
    );
  });

  it('takes frames from the scratch file where they say so, in their turn, aligned', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, fc.boolean()), { maxLength: 8 }), (wanted) => {
        const frames = wanted.map(([size], index) => Buffer.concat(frameWith(size, index + 1)));
        const scratch: Buffer[] = [];
        let offset = 0;
        const sent = frames.map((frame, index) => {
          if (wanted[index]?.[1] !== true) return frame;
          scratch.push(frame);
          offset += frame.byteLength;
          return encodeStoredFrame(index + 1, { offset: offset - frame.byteLength, bytes: frame.byteLength });
        });
        const [pipe, file] = [path.join(folder, 'pipe'), path.join(folder, 'scratch')];
        writeFileSync(pipe, Buffer.concat(sent));
        writeFileSync(file, Buffer.concat(scratch));
        const descriptors = [openSync(pipe, 'r'), openSync(file, 'r')];
        const channel = new SlotChannel(descriptors[0] ?? 0, descriptors[1] ?? 0);
        for (const expected of frames) {
          const frame = channel.read();
          expect(frame === null ? null : expected.equals(frame)).toBe(true);
          expect((frame?.byteOffset ?? 1) % 8).toBe(0);
        }
        expect(channel.read()).toBeNull();
        for (const descriptor of descriptors) closeSync(descriptor);
      }),
      { numRuns: 40 },
    );
  });

  it('takes a stream that ends inside a frame for its end', () => {
    const file = path.join(folder, 'cut');
    for (const bytes of [100, 5_000_000]) {
      writeFileSync(file, Buffer.concat(frameWith(bytes, 1)).subarray(0, bytes));
      const descriptor = openSync(file, 'r');
      expect(new SlotChannel(descriptor, descriptor).read()).toBeNull();
      closeSync(descriptor);
    }
  });

  it('writes all pieces of a frame', () => {
    const file = path.join(folder, 'written');
    const descriptor = openSync(file, 'w');
    const pieces = [...frameWith(20_000, 1), ...frameWith(7, 2)];
    new SlotChannel(descriptor, descriptor).write(pieces);
    closeSync(descriptor);
    expect(readFileSync(file).equals(Buffer.concat(pieces))).toBe(true);
  });
});
