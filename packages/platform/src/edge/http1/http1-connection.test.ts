import { RawClient } from '@cluster-ai/testkit/edge/raw-client.ts';
import { afterEach, expect, test } from 'vitest';
import type { CallHandler, Edge } from '../edge.ts';
import { startOwnHttpEdge } from '../own-http-edge.ts';

const open: { readonly edge: Edge; readonly client: RawClient }[] = [];

afterEach(async () => {
  for (const { edge, client } of open.splice(0)) {
    client.destroy();
    await edge.close(0);
  }
});

async function start(handler: CallHandler): Promise<RawClient> {
  const edge = await startOwnHttpEdge(
    {
      listenerId: 'test',
      host: '127.0.0.1',
      port: 0,
      bodyBytesMax: 1_000_000,
      headerBytesMax: 8_192,
      connectionsMax: 10,
      requestTimeoutMs: 30_000,
      answerTimeoutMs: 30_000,
      idleTimeoutMs: 75_000,
      onDefect: (error) => {
        throw error;
      },
    },
    handler,
  );
  const client = await RawClient.connect(edge.port);
  open.push({ edge, client });
  return client;
}

const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

test('a stream to a client of HTTP/1.0 ends with its connection, also when it was ready before its turn', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const client = await start(async (call, reply) => {
    if (call.rawPath === '/first') {
      await promise;
      return reply.send(200, [], 'first');
    }
    reply.start(200, []);
    reply.write('one ');
    reply.write('two');
    reply.end();
    resolve();
  });
  const keeps = 'HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  client.send(`GET /first ${keeps}GET /stream ${keeps}`);
  expect((await client.response()).headers.get('connection')).toBe('keep-alive');
  await client.closed();
  expect(client.rest).toMatch(/\r\nConnection: close\r\n\r\none two$/);
});

test('answers to HEAD, 204 and 304 have no body, and the next one is read right', async () => {
  const client = await start(async (call, reply) => {
    const status = Number(call.rawPath.slice(1));
    if (call.header('x-stream') === null) return reply.send(status, [], 'a body');
    reply.start(status, []);
    reply.write('a body');
    reply.end();
  });
  const stream = 'X-Stream: 1\r\n';
  client.send(
    get('/200').replace('GET', 'HEAD') + get('/204') + get('/304') + get('/204', stream) + get('/200', stream),
  );
  const head = await client.response(true);
  expect(head.headers.get('content-length')).toBe('6');
  for (const status of [204, 304, 204]) {
    const answer = await client.response();
    expect(answer.status).toBe(status);
    expect([answer.headers.get('content-length'), answer.headers.get('transfer-encoding')]).toEqual([
      undefined,
      undefined,
    ]);
  }
  expect((await client.response()).body.toString()).toBe('a body');
});

test.each(['HEAD * HTTP/1.1\r\nHost: a\r\n\r\n', 'HEAD / HTTP/1.1\r\nHost : a', 'HEAD / HTTP/1.1\r\n\r\n'])(
  'a HEAD that is refused has no body either: %j',
  async (text) => {
    const client = await start(async (_call, reply) => reply.send(200, [], ''));
    client.send(text);
    await client.closed();
    expect(client.rest).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^{]*\r\n\r\n$/);
  },
);

test('answers carry the date, and for how long the connection is kept', async () => {
  const client = await start(async (_call, reply) => reply.send(200, [], 'text that is not ASCII: ä €'));
  client.send(get('/'));
  const { headers, body } = await client.response();
  expect(body.toString()).toBe('text that is not ASCII: ä €');
  expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(5_000);
  expect(headers.get('keep-alive')).toBe('timeout=75');
});

test.each([
  ['a name', [['X\r\nY', '1']]],
  ['a value', [['X', '1\r\nY: 2']]],
] as const)('%s that would begin a header of its own is not sent', async (_what, headers) => {
  const refusals: unknown[] = [];
  const client = await start(async (_call, reply) => {
    try {
      reply.send(200, headers, '');
    } catch (error) {
      refusals.push(error);
      reply.send(500, [], '');
    }
  });
  client.send(get('/'));
  expect((await client.response()).status).toBe(500);
  expect(refusals).toHaveLength(1);
});

test('a body is counted before it is kept, whatever pieces it comes in, and ends where it is refused', async () => {
  const counted: number[] = [];
  const client = await start(async (call, reply) => {
    const received = call.body((bytes) => {
      counted.push(bytes);
      if (counted.length === 3) throw new Error('enough');
    });
    const refused = await Promise.resolve(received).then(
      () => false,
      () => true,
    );
    reply.send(refused ? 503 : 200, [], '');
  });
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let index = 1; index <= 5; index += 1) client.send(`${index}\r\n${'x'.repeat(index)}\r\n`);
  const answer = await client.response();
  expect([answer.status, answer.headers.get('connection')]).toEqual([503, 'close']);
  expect(counted).toEqual([1, 2, 3]);
  await client.closed();
});
