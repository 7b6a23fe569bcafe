import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectTimely } from './edge-stage.ts';
import { answerOn, type StartHttp2 } from './http2-stage.ts';

export function testHttp2Sizes(start: StartHttp2): void {
  test('a body that is announced as too large gets 413 before it is sent, and the connection goes on', async () => {
    const { client } = await start();
    const one = await client();
    const answer = await answerOn(one.open('/echo', { 'content-length': 100_001 }));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('100000') });
    expect((await one.request('/echo')).status).toBe(200);
  });

  test('a body gets 413 as soon as it passes the limit, and a client that sends on reads it', async () => {
    const { client } = await start();
    const one = await client();
    const stream = one.open('/echo');
    const answer = answerOn(stream);
    stream.write(Buffer.alloc(5_000_000));
    expect((await answer).status).toBe(413);
    expect((await one.request('/echo')).status).toBe(200);
  });

  test('a body of exactly the limit is taken', async () => {
    const { client } = await start();
    const { body } = await (await client()).request('/echo', {}, 'x'.repeat(100_000));
    expect(body).toHaveLength(100_000);
  });

  test.each([10, 1_000_000_000])(
    'a body of %d bytes that the handler did not read is not waited for',
    async (bytes) => {
      const { client } = await start({ bodyBytesMax: 2 ** 30 });
      const one = await client();
      expect((await answerOn(one.open('/unread', { 'content-length': bytes }))).status).toBe(401);
      expect((await one.request('/echo')).status).toBe(200);
    },
  );

  test('headers beyond the limit get 431 in JSON, those beyond all measure nothing; the connection goes on', async () => {
    const { client, state } = await start();
    const one = await client();
    const answer = await one.request('/echo', { 'x-long': 'x'.repeat(10_000) });
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('header') });
    const many = Object.fromEntries(Array.from({ length: 1_025 }, (_, index) => [`h${index}`, '1']));
    await expect(one.request('/echo', many)).rejects.toThrow('ENHANCE_YOUR_CALM');
    expect(state.began).toEqual([]);
    expect((await one.request('/echo')).status).toBe(200);
  });
}

export function testHttp2Times(start: StartHttp2): void {
  test('a body that comes too slowly gets 408, and the connection goes on', async () => {
    const { client } = await start({ requestTimeoutMs: 300 });
    const one = await client();
    const stream = one.open('/echo', { 'content-length': 10 });
    stream.write('abc');
    await expectTimely(300, async () => {
      const answer = await answerOn(stream);
      expect(answer.status).toBe(408);
      expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('in time') });
    });
    expect((await one.request('/echo')).status).toBe(200);
  });

  test('a handler may take longer than the request timeout', async () => {
    const { client, state } = await start({ requestTimeoutMs: 300, answerTimeoutMs: 300 });
    const held = (await client()).request('/held', {}, 'x');
    await delay(1_500);
    state.release();
    expect((await held).status).toBe(200);
  });

  test('a connection without a request is closed after the idle timeout', async () => {
    const { client } = await start({ idleTimeoutMs: 300, requestTimeoutMs: 600 });
    const used = await client();
    await used.request('/echo');
    const unused = await client();
    await expectTimely(1_500, async () => {
      await used.closed();
      await unused.closed();
    });
  });

  test.each(['/stream', '/echo'])('a client that does not take its answer to %s is cut in time', async (path) => {
    const { client, state } = await start({ answerTimeoutMs: 600, bodyBytesMax: 2 ** 25 });
    const one = await client();
    const stream = one.open(path);
    stream.pause();
    stream.end(Buffer.alloc(2 ** 22));
    await expectTimely(600, async () => {
      await state.wasCancelled(path);
    });
    expect(state.defects).toEqual([]);
  });
}
