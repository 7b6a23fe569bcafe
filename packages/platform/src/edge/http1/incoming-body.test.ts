import { expect, test } from 'vitest';
import { IncomingBody } from './incoming-body.ts';

const half = 50_000;

function piece(mark: number): Buffer {
  return Buffer.from(new Uint8Array(half).fill(mark).buffer);
}

test('a body of several pieces is whole, and its memory goes back when nobody looks at it any more', async () => {
  const incoming = new IncomingBody(2 * half);
  incoming.take(piece(1));
  const reading = incoming.read(1_000_000, () => undefined);
  incoming.take(piece(2));
  incoming.finish();
  const body = await reading;
  expect([body.byteLength, body[0], body[half], body.at(-1)]).toEqual([2 * half, 1, 2, 2]);
  incoming.release();
  expect(body.byteLength).toBe(0);
  incoming.release();
});

test('a small body stays where it is', async () => {
  const incoming = new IncomingBody(4);
  const reading = incoming.read(1_000, () => undefined);
  incoming.take(Buffer.from('abcd'));
  incoming.finish();
  const body = await reading;
  incoming.release();
  expect(Buffer.from(body).toString()).toBe('abcd');
});

test('what was taken may be overwritten', async () => {
  const incoming = new IncomingBody(8);
  const memory = Buffer.from('abcd');
  incoming.take(memory);
  memory.fill('x');
  const reading = incoming.read(1_000, () => undefined);
  incoming.take(Buffer.from(memory.fill('y')));
  memory.fill('z');
  incoming.finish();
  expect(Buffer.from(await reading).toString()).toBe('abcdyyyy');
});
