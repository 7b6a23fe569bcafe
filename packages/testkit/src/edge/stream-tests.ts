import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { get, type Start } from './edge-stage.ts';
import { streamChunkBytes, streamChunks } from './test-handler.ts';

export function testStreams(start: Start): void {
  const streamBytes = streamChunkBytes * streamChunks;

  test('a stream arrives whole, with its trailer', async () => {
    const { client } = await start();
    const one = await client();
    one.send(get('/stream'));
    const { body, trailers } = await one.response();
    expect(body).toHaveLength(streamBytes);
    expect(trailers.get('x-sum')).toBe(String(streamBytes));
  });

  test('a reader that pauses holds the writer back, and gets everything when it goes on', async () => {
    const { client, state } = await start();
    const one = await client();
    one.pause();
    one.send(get('/stream'));
    await state.hasBegun('/stream');
    await delay(300);
    const held = state.streamedBytes;
    await delay(100);
    expect(state.streamedBytes).toBe(held);
    expect(held).toBeLessThan(streamBytes);
    one.resume();
    expect((await one.response()).body).toHaveLength(streamBytes);
  });

  test('a reader that leaves while the writer waits does not hold it for ever', async () => {
    const { client, state } = await start();
    const one = await client();
    one.pause();
    one.send(get('/stream'));
    await state.hasBegun('/stream');
    await delay(200);
    one.destroy();
    await state.wasCancelled('/stream');
    await expect.poll(() => state.streamedBytes, { timeout: 5_000 }).toBe(streamBytes);
  });
}
