import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { flags, frameTypes, preface } from './protocol.ts';

/** A socket that keeps each write by itself. */
class Kept extends Writable {
  readonly writes: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }
}

function framesOf(bytes: Buffer): (readonly [type: number, flags: number, streamId: number, payload: string])[] {
  const frames: (readonly [number, number, number, string])[] = [];
  const reader = new FrameReader(100_000, (type, flagBits, streamId, payload) =>
    frames.push([type, flagBits, streamId, payload.toString('latin1')]),
  );
  reader.read(Buffer.concat([preface, bytes]));
  return frames;
}

const openWriter = (): { readonly kept: Kept; readonly writer: FrameWriter } => {
  const kept = new Kept();
  return { kept, writer: new FrameWriter(kept, () => undefined) };
};

test('all frames of a turn leave in one write, large payloads among them', async () => {
  const { kept, writer } = openWriter();
  const large = Buffer.alloc(10_000, 'y');
  writer.ping(Buffer.from('12345678'), true);
  await Promise.resolve();
  writer.dataHead(3, large.length, false);
  writer.append(large, 0, large.length);
  writer.windowUpdate(0, 77);
  expect(kept.writes).toEqual([]);
  await nextTurn();
  expect(kept.writes).toHaveLength(1);
  expect(framesOf(Buffer.concat(kept.writes))).toEqual([
    [frameTypes.ping, flags.ack, 0, '12345678'],
    [frameTypes.data, 0, 3, large.toString('latin1')],
    [frameTypes.windowUpdate, 0, 0, '\0\0\0M'],
  ]);
  writer.rstStream(3, 'CANCEL');
  await nextTurn();
  expect(kept.writes).toHaveLength(2);
});

test('two connections that write in turns do not mix', async () => {
  const writers = [openWriter(), openWriter()];
  for (let round = 0; round < 5_000; round += 1) {
    for (const [index, { writer }] of writers.entries()) {
      writer.dataHead(1, 3, false);
      writer.append(Buffer.from(`${index}-${round % 10}`), 0, 3);
    }
  }
  await nextTurn();
  for (const [index, { kept }] of writers.entries()) {
    const payloads = framesOf(Buffer.concat(kept.writes)).map(([, , , payload]) => payload);
    expect(payloads).toEqual(Array.from({ length: 5_000 }, (_, round) => `${index}-${round % 10}`));
  }
});

test('a header block that is too large for one frame is continued, and the first says that there is no table', async () => {
  const { kept, writer } = openWriter();
  const block = Buffer.alloc(40_000, 'h');
  writer.headers(1, block, true);
  writer.headers(3, Buffer.from('small'), false);
  await nextTurn();
  const frames = framesOf(Buffer.concat(kept.writes));
  expect(frames.map(([type, bits, streamId, payload]) => [type, bits, streamId, payload.length])).toEqual([
    [frameTypes.headers, flags.endStream, 1, 16_384],
    [frameTypes.continuation, 0, 1, 16_384],
    [frameTypes.continuation, flags.endHeaders, 1, 40_001 - 2 * 16_384],
    [frameTypes.headers, flags.endHeaders, 3, 5],
  ]);
  expect(frames[0]?.[3].charCodeAt(0)).toBe(0x20);
});
