import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldWriter } from './fields.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { frameKinds } from './frame.ts';

const messages = fc.array(fc.string({ maxLength: 200 }), { maxLength: 20 });

function frameOf(message: string): Uint8Array {
  return new FieldWriter({ kind: frameKinds.FAILED, requestId: 1, modelKey: 1, timeMs: 0 }).text(message).finish();
}

describe('FrameSplitter', () => {
  it('finds the same frames however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 300 })), (texts, sizes) => {
        const frames = texts.map(frameOf);
        const stream = new Uint8Array(Buffer.concat(frames));
        const splitter = new FrameSplitter();
        const found: Uint8Array[] = [];
        for (let offset = 0; offset < stream.byteLength;) {
          const size = sizes.next().value ?? 1;
          found.push(...splitter.push(stream.slice(offset, offset + size)));
          offset += size;
        }
        expect(found.map((frame) => Buffer.from(frame).toString('hex'))).toEqual(
          frames.map((frame) => Buffer.from(frame).toString('hex')),
        );
      }),
    );
  });

  it('does not copy a frame that arrives whole', () => {
    const chunk = frameOf('whole');
    const [frame] = new FrameSplitter().push(chunk);
    expect(frame?.buffer).toBe(chunk.buffer);
  });

  it('takes memory for a long frame as its bytes arrive, and finds it whole', () => {
    const length = 40 * 2 ** 20;
    const stream = new Uint8Array(length + 24);
    const view = new DataView(stream.buffer);
    view.setUint32(0, length, true);
    view.setUint32(length, 24, true);
    stream.fill(7, length - 8, length);
    const splitter = new FrameSplitter();
    const before = process.memoryUsage().arrayBuffers;
    expect(splitter.push(stream.subarray(0, 5))).toEqual([]);
    const claimedBytes = process.memoryUsage().arrayBuffers - before;
    expect(claimedBytes, `${claimedBytes} bytes for the first five`).toBeLessThan(8 * 2 ** 20);
    const found: Uint8Array[] = [];
    for (let offset = 5; offset < stream.byteLength; offset += 1_000_003) {
      found.push(...splitter.push(stream.slice(offset, offset + 1_000_003)));
    }
    expect(found.map((frame) => frame.byteLength)).toEqual([length, 24]);
    expect(Buffer.compare(found[0] ?? new Uint8Array(), stream.subarray(0, length))).toBe(0);
    expect(splitter.isInsideFrame).toBe(false);
  });

  it.each([
    ['too short', 16],
    ['not aligned', 28],
    ['too long', 2 ** 31],
  ])('refuses a length that is %s before it takes memory for it', (_, length) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, length, true);
    expect(() => new FrameSplitter().push(bytes)).toThrow(`malformed runner frame: its length is ${length}`);
    const inPieces = new FrameSplitter();
    inPieces.push(bytes.subarray(0, 2));
    expect(() => inPieces.push(bytes.subarray(2))).toThrow('malformed runner frame');
  });
});
