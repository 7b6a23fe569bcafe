import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { get, hostLine, post, type Start } from './edge-stage.ts';

export function testGarbage(start: Start): void {
  test.each([
    ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n'],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['two different lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ])('%s gets 400 in JSON and the connection ends', async (_what, text) => {
    const { client, state } = await start();
    const one = await client();
    one.send(text);
    const answer = await one.response();
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringMatching(/HTTP/) });
    await one.closed();
    expect(state.began).toEqual([]);
  });

  test('a transfer encoding that nobody undoes gets 501 and the connection ends', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`);
    expect((await one.response()).status).toBe(501);
    await one.closed();
    expect(state.began).toEqual([]);
  });

  test('broken chunks get 400 from whoever reads the body', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect((await one.response()).status).toBe(400);
    await one.closed();
  });

  test('garbage behind a good request gets its 400 after the good answer', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(`${get('/held')}garbage\r\n\r\n`);
    await state.hasBegun('/held');
    state.release();
    expect((await one.response()).status).toBe(200);
    expect((await one.response()).status).toBe(400);
    await one.closed();
  });
}

export function testLeaving(start: Start): void {
  test("a client that goes away is told of once, and its answer is nobody's trouble", async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(post('/held', 'x'));
    await state.hasBegun('/held');
    one.destroy();
    await state.wasCancelled('/held');
    state.release();
    await delay(20);
    expect(state.cancelled).toEqual(['/held']);
    expect(state.defects).toEqual([]);
  });

  test('a call that is answered is not cancelled when its client leaves afterwards', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(get('/echo'));
    await one.response();
    one.destroy();
    await delay(50);
    expect(state.cancelled).toEqual([]);
  });

  test.each(['closes its sending half', 'resets'])(
    'a client that %s within its body ends that call alone',
    async (what) => {
      const { client, state, edge } = await start();
      const one = await client();
      one.send(`POST /echo HTTP/1.1\r\n${hostLine}Content-Length: 10\r\n\r\nabc`);
      await state.hasBegun('/echo');
      if (what === 'resets') one.reset();
      else one.finishSending();
      await state.wasCancelled('/echo');
      const other = await client();
      other.send(get('/echo/other'));
      expect((await other.response()).status).toBe(200);
      other.destroy();
      expect(await edge.close(5_000)).toBe(0);
    },
  );

  test('a client that closes its sending half before the answer counts as gone, and leaves nothing behind', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    one.send(get('/held'));
    await state.hasBegun('/held');
    one.finishSending();
    await state.wasCancelled('/held');
    await one.closed();
    state.release();
    expect(await edge.close(5_000)).toBe(0);
  });

  test('a handler that rejects cuts its own connection, is told of, and the next client is served', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(get('/defect'));
    await one.closed();
    expect(state.defects).toEqual([expect.objectContaining({ message: 'a defect of the handler' })]);
    const other = await client();
    other.send(get('/echo'));
    expect((await other.response()).status).toBe(200);
  });
}
