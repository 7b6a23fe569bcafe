import { frameOf } from '@cluster-ai/testkit/edge/raw-http2.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { defaultFrameBytesMax, preface } from './protocol.ts';

type Frame = readonly [type: number, flags: number, streamId: number, payload: string];

function framesIn(chunks: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(defaultFrameBytesMax, (type, flags, streamId, payload) =>
    frames.push([type, flags, streamId, payload.toString('latin1')]),
  );
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return frames;
}

const octet = fc.integer({ min: 0, max: 255 });
const frame = fc.tuple(
  octet,
  octet,
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

test('frames are the same however what carries them was cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat({ max: 400 })), (frames, cuts) => {
      const bytes = Buffer.concat([
        preface,
        ...frames.map(([type, flags, streamId, payload]) =>
          frameOf(type, flags, streamId, Buffer.from(payload, 'latin1')),
        ),
      ]);
      const chunks: Buffer[] = [];
      let at = 0;
      for (const length of cuts) {
        chunks.push(bytes.subarray(at, at + length));
        at += length;
      }
      chunks.push(bytes.subarray(at));
      expect(framesIn(chunks)).toEqual(frames);
    }),
  );
});

test('byte by byte, with the largest frame', () => {
  const payload = Buffer.alloc(defaultFrameBytesMax, 'x');
  const bytes = Buffer.concat([preface, frameOf(0, 1, 5, payload), frameOf(8, 0, 0)]);
  expect(framesIn(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual([
    [0, 1, 5, payload.toString('latin1')],
    [8, 0, 0, ''],
  ]);
});

test('a frame that is larger than was agreed on is refused by its head', () => {
  const head = frameOf(0, 0, 1, Buffer.alloc(defaultFrameBytesMax + 1)).subarray(0, 9);
  expect(() => framesIn([preface, head])).toThrow(`a frame has ${defaultFrameBytesMax + 1} bytes`);
  expect(() => framesIn([preface, head.subarray(0, 4), head.subarray(4)])).toThrow('a frame has');
});

test('what does not begin with the preface is refused at the first octet that differs', () => {
  expect(() => framesIn([Buffer.from('PRI * HTTP/1')])).toThrow('does not begin with the preface');
  expect(() => framesIn([preface.subarray(0, 10), Buffer.from('GET')])).toThrow('does not begin with the preface');
});
