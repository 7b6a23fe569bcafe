import { expect, test } from 'vitest';
import { readEvents } from './event-stream.ts';

async function read(...chunks: string[]) {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  return Array.fromAsync(
    readEvents(
      (async function* () {
        yield* bytes;
      })(),
    ),
  );
}

test('events are read whole, wherever the wire cuts them', async () => {
  const text = 'retry: 1000\n\n: still here\n\nid: 7\nevent: changed\ndata: {"kind":"model"}\n\ndata: a\ndata: b\n\n';
  const events = [
    { event: 'changed', data: '{"kind":"model"}', id: '7' },
    { event: 'message', data: 'a\nb', id: undefined },
  ];
  expect(await read(text)).toEqual(events);
  expect(await read(...text)).toEqual(events);
  expect(await read(text.replaceAll('\n', '\r\n'))).toEqual(events);
});

test('an event that broke off is none', async () => {
  expect(await read('event: changed\ndata: {"ki')).toEqual([]);
});

test('letters of several bytes are put together', async () => {
  const bytes = new TextEncoder().encode('data: ação\n\n');
  const halves = (async function* () {
    yield bytes.slice(0, 8);
    yield bytes.slice(8);
  })();
  expect((await Array.fromAsync(readEvents(halves)))[0]?.data).toBe('ação');
});
