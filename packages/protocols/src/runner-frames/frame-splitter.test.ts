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
