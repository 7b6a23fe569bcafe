import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerOn, type StartHttp2 } from './http2-stage.ts';
import { streamChunkBytes, streamChunks } from './test-handler.ts';

export function testHttp2Requests(start: StartHttp2): void {
  test('a call carries method, raw path, ordered headers, host, both addresses and listener', async () => {
    const { client, edge } = await start();
    const one = await client();
    const { status, headers, body } = await one.request('/seen', { 'x-twice': ['a, b', 'c'], 'x-other': '1' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', date: expect.stringMatching(/GMT$/) });
    expect(JSON.parse(body.toString())).toEqual({
      method: 'GET',
      rawPath: '/seen',
      listenerId: 'test',
      remoteAddress: '127.0.0.1',
      localAddress: '127.0.0.1',
      first: 'a, b',
      missing: null,
      headers: [
        ['host', `localhost:${edge.port}`],
        ['x-twice', 'a, b'],
        ['x-twice', 'c'],
        ['x-other', '1'],
      ],
    });
  });

  test('a path is handed over exactly as it was sent', async () => {
    const { client, state } = await start();
    const one = await client();
    expect((await one.request('/a//b/../%2e?x=%20&y')).status).toBe(200);
    expect(state.began).toEqual(['/a//b/../%2e?x=%20&y']);
  });

  test('the parts of a cookie are one header', async () => {
    const { client } = await start();
    const one = await client();
    const { body } = await one.request('/seen', { cookie: ['a=1', 'b=2'] });
    expect(JSON.parse(body.toString())).toMatchObject({ headers: expect.arrayContaining([['cookie', 'a=1; b=2']]) });
  });

  test('each request is answered when its answer is there, whatever came before it', async () => {
    const { client, state } = await start();
    const one = await client();
    const slow = one.request('/held', {}, 'a');
    await state.hasBegun('/held');
    const others = await Promise.all(
      Array.from({ length: 100 }, (_, index) => one.request(`/echo/${index}`, {}, `body ${index}`)),
    );
    expect(others.map(({ body }) => body.toString())).toEqual(others.map((_, index) => `body ${index}`));
    state.release();
    expect((await slow).body.toString()).toBe('a');
  });

  test('HEAD, OPTIONS, TRACE, CONNECT and unknown methods are answered, and the connection goes on', async () => {
    const { client } = await start();
    const one = await client();
    const head = await one.request('/seen', { ':method': 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND']) {
      const { status, body } = await one.request('/seen', { ':method': method });
      expect(status).toBe(200);
      expect(JSON.parse(body.toString())).toMatchObject({ method });
    }
    const tunnel = one.session.request({ ':method': 'CONNECT', ':authority': 'example.org:443' });
    expect((await answerOn(tunnel)).status).toBe(405);
    expect((await one.request('/echo')).status).toBe(200);
  });
}

export function testHttp2Bodies(start: StartHttp2): void {
  test('a body without a length arrives whole, in pieces and with trailers', async () => {
    const { client } = await start();
    const one = await client();
    const stream = one.session.request({ ':path': '/echo', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-trailer': '1' }));
    stream.write('hello');
    await delay(10);
    stream.end(' world');
    expect((await answerOn(stream)).body.toString()).toBe('hello world');
  });

  test('10 MB arrive and return intact, while another request is answered', async () => {
    const { client } = await start({ bodyBytesMax: 20_000_000 });
    const one = await client();
    const sent = Buffer.alloc(10_000_000);
    for (let index = 0; index < sent.length; index += 1) sent[index] = (index * 31 + (index >> 9)) & 255;
    const large = one.request('/echo', { 'content-length': sent.length }, sent);
    expect((await one.request('/echo', {}, 'small')).body.toString()).toBe('small');
    expect((await large).body.equals(sent)).toBe(true);
  });

  test('Expect: 100-continue is answered when the body is wanted, and the body is then read', async () => {
    const { client } = await start();
    const one = await client();
    const stream = one.open('/echo', { expect: '100-continue', 'content-length': 2 });
    await once(stream, 'continue');
    stream.end('ok');
    expect((await answerOn(stream)).body.toString()).toBe('ok');
  });

  test('a refused call that expects 100-continue is never told to send its body', async () => {
    const { client } = await start();
    const one = await client();
    for (const [path, length, status] of [
      ['/unread', 2, 401],
      ['/echo', 1_000_000, 413],
    ] as const) {
      const stream = one.open(path, { expect: '100-continue', 'content-length': length });
      stream.on('continue', () => expect.unreachable());
      expect((await answerOn(stream)).status).toBe(status);
    }
  });
}

export function testHttp2Streams(start: StartHttp2): void {
  const streamBytes = streamChunkBytes * streamChunks;

  test('a stream arrives whole, with its trailer', async () => {
    const { client } = await start();
    const { body, trailers } = await (await client()).request('/stream');
    expect(body).toHaveLength(streamBytes);
    expect(trailers['x-sum']).toBe(String(streamBytes));
  });

  test('a reader that pauses holds its writer back, not the others, and gets everything when it goes on', async () => {
    const { client, state } = await start();
    const one = await client();
    const stream = one.open('/stream', { ':method': 'GET' });
    const answer = answerOn(stream.end());
    stream.pause();
    await state.hasBegun('/stream');
    await delay(300);
    const held = state.streamedBytes;
    expect((await one.request('/echo', {}, 'other')).body.toString()).toBe('other');
    await delay(100);
    expect(state.streamedBytes).toBe(held);
    expect(held).toBeLessThan(streamBytes);
    stream.resume();
    expect((await answer).body).toHaveLength(streamBytes);
  });

  test('a reader that leaves while the writer waits does not hold it for ever', async () => {
    const { client, state } = await start();
    const one = await client();
    const stream = one.open('/stream');
    stream.pause();
    await state.hasBegun('/stream');
    await delay(200);
    stream.close();
    await state.wasCancelled('/stream');
    await expect.poll(() => state.streamedBytes, { timeout: 5_000 }).toBe(streamBytes);
    expect((await one.request('/echo')).status).toBe(200);
  });
}
