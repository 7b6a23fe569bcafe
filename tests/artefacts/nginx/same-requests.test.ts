import type { Edge } from '@cluster-ai/platform/edge/edge.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../start-platform.ts';
import { sendBytes } from './behind.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// nginx and our own server must read the same requests from the same bytes: what one takes for the end of a body, the other
// may not take for the begin of a request (smuggling).

let edge: Edge;
let door: FrontDoor;
const seen: string[] = [];
const defects: unknown[] = [];

beforeAll(async () => {
  edge = await startOwnHttpEdge(
    {
      listenerId: 'inference',
      host: '127.0.0.1',
      port: 0,
      bodyBytesMax: 1_000_000,
      headerBytesMax: 32_768,
      connectionsMax: 100,
      requestTimeoutMs: 5_000,
      answerTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      onDefect: (defect) => void defects.push(defect),
    },
    async (call, reply) => {
      const body = await call.body();
      seen.push(`${call.method} ${call.rawPath} ${call.header('host')} ${Buffer.from(body).toString('latin1')}`);
      reply.send(200, [], 'taken');
    },
  );
  door = await startFrontDoor({ settings: { GATEWAYS: `127.0.0.1:${edge.port}` } });
});

afterEach(() => void (seen.length = 0));

afterAll(async () => {
  await door?.stop();
  await edge?.close(1_000);
});

const hidden = 'GET /v2/hidden HTTP/1.1\r\nHost: hidden\r\n\r\n';
const chunked = `0\r\n\r\n${hidden}`;

function post(headers: readonly string[], body: string): string {
  return `POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

test.each([
  ['two lengths that differ', post(['Content-Length: 0', `Content-Length: ${hidden.length}`], hidden)],
  ['two lengths, the other way round', post([`Content-Length: ${hidden.length}`, 'Content-Length: 0'], hidden)],
  ['a list of lengths', post([`Content-Length: 0, ${hidden.length}`], hidden)],
  ['a length with a sign', post(['Content-Length: +0'], hidden)],
  ['a length in hexadecimal', post(['Content-Length: 0x10'], hidden)],
  ['a length below nothing', post(['Content-Length: -1'], hidden)],
  ['a length and chunks', post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding: chunked'], chunked)],
  ['chunks and a length', post(['Transfer-Encoding: chunked', 'Content-Length: 5'], chunked)],
  ['a coding that nobody knows', post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding: xchunked'], chunked)],
  ['two codings', post(['Transfer-Encoding: identity, chunked'], chunked)],
  ['two lines of codings', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked)],
  ['a blank before the colon', post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding : chunked'], chunked)],
  ['a folded header', post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding:\r\n chunked'], chunked)],
  ['a tab before the value', post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding:\tchunked'], chunked)],
  [
    'a vertical tab before the value',
    post([`Content-Length: ${chunked.length}`, 'Transfer-Encoding:\vchunked'], chunked),
  ],
  ['underscores in the name', post(['Content-Length: 0', `Content_Length: ${hidden.length}`], hidden)],
  ['a size of a chunk that overflows', post(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${hidden}`)],
  ['a size of a chunk with a sign', post(['Transfer-Encoding: chunked'], `+0\r\n\r\n${hidden}`)],
  ['a chunk without its end', post(['Transfer-Encoding: chunked'], `5\r\nhello0\r\n\r\n${hidden}`)],
  ['line feeds alone', `POST /v2/models/m/infer HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0\n\n${hidden}`],
  ['HTTP/1.0 with chunks', post(['Transfer-Encoding: chunked'], chunked).replace('HTTP/1.1', 'HTTP/1.0')],
  ['a GET with a length', `GET /v2/models HTTP/1.1\r\nHost: a\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  [
    'a carriage return in a header',
    post(['X-A: 1\rTransfer-Encoding: chunked', `Content-Length: ${chunked.length}`], chunked),
  ],
])('%s: no request that nginx has not seen', async (_what, bytes) => {
  const before = door.requests().length;
  const answers = await sendBytes(door.port, bytes, 150);
  // Each request that nginx took, it writes down.
  await until('nginx has written it', 5_000, () => door.requests().length > before);
  const taken = door.requests().slice(before);
  const passedOn = taken
    .filter(({ upstream }) => upstream !== '')
    .map(({ method, path }) => `${String(method)} ${String(path)}`);
  const reached = seen.map((text) => text.split(' ').slice(0, 2).join(' '));
  expect(reached).toEqual(passedOn.slice(0, reached.length));
  // And it answered as many as it took.
  expect(answers.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0).toBe(taken.length);
});

test('a good request in chunks arrives whole, and so does the one behind it', async () => {
  const bytes = `${post(['Transfer-Encoding: chunked'], '5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n')}${hidden}`;
  await sendBytes(door.port, bytes, 200);
  expect(seen).toEqual(['POST /v2/models/m/infer a hello!', 'GET /v2/hidden hidden ']);
});

test('our server met nothing that it did not foresee', () => {
  expect(defects).toEqual([]);
});

test.each([
  ['a whole address', 'GET http://evil.example/v2/models HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a whole address of another scheme', 'GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no Host', 'GET /v2/models HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET /v2/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['a Host with a path', 'GET /v2/models HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['an empty path', 'GET  HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['dot segments', 'GET /v2/../api/v1/keys HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['dot segments in disguise', 'GET /v2/%2E%2e/api/v1/keys HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a doubled slash', 'GET //v2/models HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a hidden slash', 'GET /v2%2Fmodels HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a backslash', 'GET /v2\\models HTTP/1.1\r\nHost: a\r\n\r\n'],
])('%s is refused by nginx, and nothing goes on', async (_what, bytes) => {
  expect(await sendBytes(door.port, bytes, 150)).toMatch(/^HTTP\/1\.1 (400|405) /);
  expect(seen).toEqual([]);
});

test('several keys: our server sees both, and judges them', async () => {
  await sendBytes(
    door.port,
    'GET /v2/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n',
    150,
  );
  expect(seen.length).toBeLessThanOrEqual(1);
});
