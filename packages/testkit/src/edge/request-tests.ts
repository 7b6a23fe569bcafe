import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { get, hostLine, post, type Start } from './edge-stage.ts';

export function testRequests(start: Start): void {
  test('a call carries method, raw path, ordered headers, both addresses and listener', async () => {
    const { client } = await start();
    const one = await client();
    one.send('GET /seen HTTP/1.1\r\nHost: localhost\r\nX-Twice: a, b\r\nx-other: 1\r\nX-TWICE: c\r\n\r\n');
    const { status, body } = await one.response();
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      method: 'GET',
      rawPath: '/seen',
      listenerId: 'test',
      remoteAddress: '127.0.0.1',
      localAddress: '127.0.0.1',
      first: 'a, b',
      missing: null,
      headers: [
        ['host', 'localhost'],
        ['x-twice', 'a, b'],
        ['x-other', '1'],
        ['x-twice', 'c'],
      ],
    });
  });

  test('a path is handed over exactly as it was sent', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(get('/a//b/../%2e?x=%20&y'));
    expect((await one.response()).status).toBe(200);
    expect(state.began).toEqual(['/a//b/../%2e?x=%20&y']);
  });

  test('a connection is kept for the next request', async () => {
    const { client } = await start();
    const one = await client();
    for (const body of ['first', '', 'third']) {
      one.send(post('/echo', body));
      expect((await one.response()).body.toString()).toBe(body);
    }
  });

  test('Connection: close and HTTP/1.0 end the connection after the answer', async () => {
    const { client } = await start();
    for (const text of [get('/echo', 'Connection: close\r\n'), 'GET /echo HTTP/1.0\r\n\r\n']) {
      const one = await client();
      one.send(text);
      expect((await one.response()).status).toBe(200);
      await one.closed();
    }
  });

  test('pipelined requests are answered in their order, however long the first takes', async () => {
    const { client, state } = await start();
    const one = await client();
    one.send(post('/held', 'a') + post('/echo/b', 'b') + get('/echo/c') + post('/echo/d', 'd'));
    await state.hasBegun('/held');
    await delay(30);
    expect(one.rest).toBe('');
    state.release();
    const answers = [await one.response(), await one.response(), await one.response(), await one.response()];
    expect(answers.map(({ headers }) => headers.get('x-path'))).toEqual(['/held', '/echo/b', '/echo/c', '/echo/d']);
    expect(answers.map(({ body }) => body.toString())).toEqual(['a', 'b', '', 'd']);
  });

  test('HEAD, OPTIONS, TRACE, CONNECT and unknown methods are answered, and the next client is served', async () => {
    const { client } = await start();
    for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const one = await client();
      one.send(`${method} /seen HTTP/1.1\r\n${hostLine}\r\n`);
      const answer = await one.response(method === 'HEAD');
      expect(answer.status).toBe(200);
      if (method !== 'HEAD') expect(JSON.parse(answer.body.toString())).toMatchObject({ method });
    }
    const tunnel = await client();
    tunnel.send(`CONNECT example.org:443 HTTP/1.1\r\n${hostLine}\r\n`);
    expect((await tunnel.response()).status).toBe(405);
    tunnel.reset();
    const one = await client();
    one.send(get('/echo'));
    expect((await one.response()).status).toBe(200);
  });
}

export function testBodies(start: Start): void {
  test('a chunked body arrives whole, with extensions and trailers skipped', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Transfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n`);
    await delay(10);
    one.send('6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n');
    expect((await one.response()).body.toString()).toBe('hello world');
    one.send(get('/echo'));
    expect((await one.response()).status).toBe(200);
  });

  test('a request that comes byte by byte is understood', async () => {
    const { client } = await start();
    const one = await client();
    for (const byte of post('/echo', 'slowly')) {
      one.send(byte);
      await delay(0);
    }
    expect((await one.response()).body.toString()).toBe('slowly');
  });

  test('10 MB arrive and return intact', async () => {
    const { client } = await start({ bodyBytesMax: 20_000_000 });
    const one = await client();
    const sent = Buffer.alloc(10_000_000);
    for (let index = 0; index < sent.length; index += 1) sent[index] = (index * 31 + (index >> 9)) & 255;
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Content-Length: ${sent.length}\r\n\r\n`);
    one.send(sent);
    const { body } = await one.response();
    expect(body.equals(sent)).toBe(true);
  });

  test('Expect: 100-continue is answered when the body is wanted, and the body is then read', async () => {
    const { client } = await start();
    const one = await client();
    one.send(`POST /echo HTTP/1.1\r\n${hostLine}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    expect((await one.response()).status).toBe(100);
    one.send('ok');
    expect((await one.response()).body.toString()).toBe('ok');
  });

  test('a refused call that expects 100-continue is never told to send its body', async () => {
    const { client } = await start();
    for (const [path, length, status] of [
      ['/unread', 2, 401],
      ['/echo', 1_000_000, 413],
    ] as const) {
      const one = await client();
      one.send(`POST ${path} HTTP/1.1\r\n${hostLine}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`);
      const answer = await one.response();
      expect(answer.status).toBe(status);
      expect(answer.headers.get('connection')).toBe('close');
    }
  });
}
