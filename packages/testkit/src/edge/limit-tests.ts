import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectTimely, get, hostLine, post, type Start } from './edge-stage.ts';

export function testSizes(start: Start): void {
  test('a body that is announced as too large gets 413 before it is sent, and the connection ends', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Content-Length: 100001\r\n\r\n`);
    const answer = await one.response();
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('100000') });
    await one.closed();
  });

  test('a client that sends a body too large without listening still gets to read its 413', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Content-Length: 5000000\r\n\r\n`);
    one.send(Buffer.alloc(5_000_000));
    expect((await one.response()).status).toBe(413);
    await one.closed();
  });

  test('a chunked body gets 413 as soon as it passes the limit, and the connection ends', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Transfer-Encoding: chunked\r\n\r\n`);
    for (let index = 0; index < 20; index += 1) one.send(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    expect((await one.response()).status).toBe(413);
    await one.closed();
  });

  test('a body of exactly the limit is taken', async () => {
    const { client } = await start();
    const one = await client();
    one.send(post('/echo', 'x'.repeat(100_000)));
    expect((await one.response()).body).toHaveLength(100_000);
  });

  test('a small body that the handler did not read leaves the connection usable', async () => {
    const { client } = await start();
    const one = await client();
    one.send(post('/unread', 'some bytes') + get('/echo'));
    expect((await one.response()).status).toBe(401);
    expect((await one.response()).status).toBe(200);
  });

  test('a large body that the handler did not read is not waited for', async () => {
    const { client } = await start({ bodyBytesMax: 2 ** 30 });
    const one = await client();
    one.send(`POST /unread HTTP/1.1\r\n${hostLine}Content-Length: 1000000000\r\n\r\n`);
    const answer = await one.response();
    expect(answer.status).toBe(401);
    expect(answer.headers.get('connection')).toBe('close');
    await one.closed();
  });

  test('a header beyond the limit gets 431 in JSON', async () => {
    const { client } = await start();
    const one = await client();
    one.send(get('/echo', `X-Long: ${'x'.repeat(20_000)}\r\n`));
    const answer = await one.response();
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('header') });
    await one.closed();
  });

  test('headers beyond the limit in number get 431, however small they are', async () => {
    const { client } = await start();
    const one = await client();
    one.send(get('/seen', 'a:1\r\n'.repeat(1_025)));
    expect((await one.response()).status).toBe(431);
    await one.closed();
  });

  test('all headers are seen, also beyond the number that Node keeps', async () => {
    const { client } = await start({ headerBytesMax: 65_536 });
    const one = await client();
    one.send(
      get('/seen', `${Array.from({ length: 4_000 }, (_, index) => `h${index}: 1`).join('\r\n')}\r\nX-Twice: last\r\n`),
    );
    expect(JSON.parse((await one.response()).body.toString())).toMatchObject({ first: 'last' });
  });
}

export function testTimes(start: Start): void {
  test('a header that comes too slowly gets 408', async () => {
    const { client } = await start({ requestTimeoutMs: 300 });
    const one = await client();
    one.send('GET /echo HTTP/1.1\r\nHost: loc');
    await expectTimely(300, async () => expect((await one.response()).status).toBe(408));
    await one.closed();
  });

  test('a body that comes too slowly gets 408', async () => {
    const { client } = await start({ requestTimeoutMs: 300 });
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Content-Length: 10\r\n\r\nabc`);
    await expectTimely(300, async () => {
      const answer = await one.response();
      expect(answer.status).toBe(408);
      expect(JSON.parse(answer.body.toString())).toEqual({ error: expect.stringContaining('in time') });
    });
    await one.closed();
  });

  test('a pipelined request that comes too slowly gets its 408 after the answers to those before it', async () => {
    const { client, state } = await start({ requestTimeoutMs: 300 });
    const one = await client();
    one.send(`${get('/held')}GET /echo HTTP/1.1\r\n`);
    await state.hasBegun('/held');
    await delay(1_500);
    state.release();
    expect((await one.response()).headers.get('x-path')).toBe('/held');
    expect((await one.response()).status).toBe(408);
    await one.closed();
  });

  test('a handler may take longer than the request timeout', async () => {
    const { client, state } = await start({ requestTimeoutMs: 300 });
    const one = await client();
    one.send(post('/held', 'x'));
    await delay(1_500);
    state.release();
    expect((await one.response()).status).toBe(200);
  });

  test('a connection without a request is closed, quietly, after the idle timeout', async () => {
    const { client } = await start({ idleTimeoutMs: 300, requestTimeoutMs: 600 });
    const used = await client();
    used.send(get('/echo'));
    await used.response();
    const unused = await client();
    await expectTimely(1_500, async () => {
      await used.closed();
      await unused.closed();
    });
    expect([used.rest, unused.rest]).toEqual(['', '']);
  });

  test('connections beyond the limit are closed at once, and their place is given on', async () => {
    const { client } = await start({ connectionsMax: 2 });
    const first = await client();
    const second = await client();
    const third = await client();
    await third.closed();
    second.destroy();
    await delay(50);
    const fourth = await client();
    for (const one of [first, fourth]) {
      one.send(get('/echo'));
      expect((await one.response()).status).toBe(200);
    }
  });
}

export function testUnreadAnswers(start: Start): void {
  test.each(['/stream', '/echo'])('a client that does not take its answer to %s is cut in time', async (path) => {
    const { client, state } = await start({ answerTimeoutMs: 600, bodyBytesMax: 2 ** 25 });
    const one = await client();
    one.pause();
    one.send(post(path, 'x'.repeat(2 ** 24)));
    await expectTimely(600, async () => {
      await state.wasCancelled(path);
    });
    expect(state.defects).toEqual([]);
  });

  test('a slow handler is not held against its client', async () => {
    const { client, state } = await start({ answerTimeoutMs: 300 });
    const one = await client();
    one.send(post('/held', 'x'));
    await delay(1_000);
    state.release();
    expect((await one.response()).status).toBe(200);
  });
}
