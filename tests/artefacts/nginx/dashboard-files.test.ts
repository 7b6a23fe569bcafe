import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { securityHeadersFor } from '@cluster-ai/control-plane/http/security-headers.ts';
import { precompress } from '@cluster-ai/web-dashboard/build/precompress.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendExactly, type ExactAnswer } from '../../integration/send-exactly.ts';
import { sendBytes } from './behind.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// How the files of the dashboard are served: packed, kept or not, and with which headers.

const script = `// ${'the same line again and again\n'.repeat(200)}`;
const style = `body { ${'color: red; '.repeat(300)} }`;
const page = `<!doctype html>${'<p>a page of the dashboard</p>'.repeat(100)}`;

let built: string;
let door: FrontDoor;

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'cluster-ai-built-'));
  mkdirSync(join(built, 'assets'));
  writeFileSync(join(built, 'assets/index-Dx4kXJAl.js'), script);
  writeFileSync(join(built, 'index.html'), page);
  writeFileSync(join(built, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  precompress(built);
  // Not packed before: a file of a build that forgot it.
  writeFileSync(join(built, 'assets/index-BOeWTOD4.css'), style);
  writeFileSync(join(built, '.env'), 'SECRET=1');
  writeFileSync(join(built, '../outside.txt'), 'outside');
  door = await startFrontDoor({ dashboard: built });
});

afterAll(async () => {
  await door?.stop();
  rmSync(built, { recursive: true });
  rmSync(join(built, '../outside.txt'));
});

/** Without anything that `fetch` would add or unpack. */
const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<ExactAnswer> =>
  sendExactly({ address: '127.0.0.1', port: door.port, path, method, headers: { host: 'ai.example.com', ...headers } });

async function bytesOf(path: string, coding: string): Promise<{ coding: string | null; type: string; bytes: Buffer }> {
  const raw = await sendBytes(
    door.port,
    `GET ${path} HTTP/1.1\r\nHost: ai.example.com\r\nAccept-Encoding: ${coding}\r\nConnection: close\r\n\r\n`,
  );
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const header = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? null;
  const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
  const bytes = header('transfer-encoding') === 'chunked' ? joinChunks(body) : body;
  return { coding: header('content-encoding'), type: header('content-type') ?? '', bytes };
}

function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

describe('packing', () => {
  test.each([
    ['br, gzip', 'br', '/assets/index-Dx4kXJAl.js', script],
    ['gzip', 'gzip', '/assets/index-Dx4kXJAl.js', script],
    ['br, gzip', 'br', '/assets/index-BOeWTOD4.css', style],
    ['gzip', 'gzip', '/assets/index-BOeWTOD4.css', style],
    ['br, gzip', 'br', '/', page],
    ['gzip', 'gzip', '/index.html', page],
  ])('a browser that takes %s gets %s: %s', async (takes, coding, path, text) => {
    const answer = await bytesOf(path, takes);
    expect(answer.coding).toBe(coding);
    const plain = coding === 'br' ? brotliDecompressSync(answer.bytes) : gunzipSync(answer.bytes);
    expect(plain.toString()).toBe(text);
    console.log(`${path} ${coding}: ${answer.bytes.length} of ${plain.length} bytes`);
  });

  test('what was packed before is sent as it is', async () => {
    const file = join(built, 'assets/index-Dx4kXJAl.js');
    expect((await bytesOf('/assets/index-Dx4kXJAl.js', 'br')).bytes.length).toBe(statSync(`${file}.br`).size);
    expect((await bytesOf('/assets/index-Dx4kXJAl.js', 'gzip')).bytes.length).toBe(statSync(`${file}.gz`).size);
  });

  test('a client that takes neither gets the file, and caches are told that there are several', async () => {
    const answer = await get('/assets/index-Dx4kXJAl.js');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body).toBe(script);
    expect(answer.headers.vary).toBe('Accept-Encoding');
    expect((await get('/assets/index-Dx4kXJAl.js', { 'accept-encoding': 'br' })).headers.vary).toBe('Accept-Encoding');
  });

  test('the types are what a browser with nosniff runs', async () => {
    expect((await bytesOf('/assets/index-Dx4kXJAl.js', 'br')).type).toBe('application/javascript; charset=utf-8');
    expect((await bytesOf('/', 'br')).type).toBe('text/html; charset=utf-8');
    expect((await bytesOf('/favicon.svg', 'br')).type).toMatch(/^image\/svg\+xml/);
  });
});

describe('keeping', () => {
  test('a file with a hash in its name is kept for ever, and one that is not there not at all', async () => {
    const kept = await get('/assets/index-Dx4kXJAl.js');
    expect(kept.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const missing = await get('/assets/index-00000000.js', { accept: 'text/html' });
    expect(missing.status).toBe(404);
    expect(missing.headers['cache-control']).toBe('no-store');
  });

  test('the page is asked for each time, and given whole: two builds have pages of one size and time', async () => {
    for (const path of ['/', '/index.html', '/models/iris']) {
      const first = await get(path, { accept: 'text/html' });
      expect(first.headers['cache-control']).toBe('no-cache');
      expect(first.headers.etag).toBeUndefined();
      const time = String(first.headers['last-modified']);
      const again = await get(path, { accept: 'text/html', 'if-modified-since': time, 'if-none-match': '"0-4e2"' });
      expect([path, again.status, again.body.length]).toEqual([path, 200, page.length]);
    }
    const assets = await get('/assets/index-Dx4kXJAl.js');
    const kept = await get('/assets/index-Dx4kXJAl.js', { 'if-none-match': String(assets.headers.etag) });
    expect(kept.status).toBe(304);
    expect(kept.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test('a page of another build is sent although nothing but its content differs', async () => {
    const file = join(door.folder, 'dashboard/index.html');
    const { atime, mtime } = statSync(file);
    const old = await get('/');
    writeFileSync(file, page.replace('a page', 'b page'));
    utimesSync(file, atime, mtime);
    const time = String(old.headers['last-modified']);
    const next = await get('/', { 'if-modified-since': time });
    expect(next.body).toContain('b page');
  });
});

describe('pages and what is none', () => {
  test('each path of the dashboard is its page, for browsers', async () => {
    for (const path of ['/models', '/models/iris/versions/3', '/playground?model=iris']) {
      const { status, body, headers } = await get(path, { accept: 'text/html,application/xhtml+xml' });
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(body).toContain('page of the dashboard');
    }
  });

  test.each([
    ['/models', { accept: 'application/json' }],
    ['/assets/none.js', { accept: 'text/html' }],
    ['/metrics', { accept: 'text/html' }],
    ['/predict', { accept: 'text/html' }],
    ['/api', { accept: 'text/html' }],
    ['/assets', { accept: 'text/html' }],
    ['/.env', { accept: 'text/html' }],
    ['/front-door/400', { accept: 'application/json' }],
    ['/none', {}],
  ])('%s is not', async (path, headers) => {
    const answer = await get(path, headers);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'NOT_FOUND', requestId: answer.headers['x-request-id'] });
  });

  test('files are read and not written', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await get('/index.html', {}, method);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    }
    expect((await get('/index.html', {}, 'HEAD')).status).toBe(200);
  });

  test.each([
    '/../outside.txt',
    '/assets/../../outside.txt',
    '/%2e%2e/outside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/assets/%2e%2e/%2e%2e/outside.txt',
    '/assets//../../outside.txt',
    '/..\\outside.txt',
    '/..%5coutside.txt',
    '/%c0%ae%c0%ae/outside.txt',
    '/assets/index.js%00.html',
    '/.',
    '/assets/..',
  ])('%s leads nowhere', async (path) => {
    const raw = await sendBytes(door.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(raw).toMatch(/^HTTP\/1\.1 (400|404) /);
    expect(raw).not.toContain('outside');
    expect(raw).toContain('application/problem+json');
  });
});

describe('security headers', () => {
  const client = { address: '192.0.2.1', https: false, overLoopback: false };
  const wanted = securityHeadersFor(client, 'ai.example.com');

  test.each([
    ['a script', '/assets/index-Dx4kXJAl.js', 200],
    ['the page', '/', 200],
    ['a missing file', '/assets/none.js', 404],
    ['a path that is refused', '/a/../b', 400],
    ['an address of the API while nobody is behind', '/api/v1/overview', 503],
    ['a prediction while nobody is behind', '/v2/models', 503],
    ['a probe', '/livez', 200],
  ])('stand on %s, each once', async (_what, path, status) => {
    const raw = await sendBytes(door.port, `GET ${path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
    expect(raw).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const lines = (raw.split('\r\n\r\n')[0] ?? '').split('\r\n');
    for (const [name, value] of Object.entries(wanted)) {
      const found = lines.filter((line) => line.toLowerCase().startsWith(`${name}: `));
      expect(found.map((line) => line.slice(name.length + 2))).toEqual([value]);
    }
    expect(raw).not.toMatch(/^strict-transport-security/im);
    expect(raw).toMatch(/^server: nginx\r$/im);
    expect(raw.match(/^x-request-id: /gim)).toHaveLength(1);
    expect(raw.match(/^cache-control: /gim)).toHaveLength(1);
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a header line that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(9_000)}\r\n\r\n`, 431],
    ['a method that nobody knows', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ])('and the form of the API on %s', async (_what, bytes, status) => {
    const raw = await sendBytes(door.port, bytes);
    expect(raw).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(raw).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(raw).toMatch(/^content-security-policy: default-src 'self'/im);
    expect(raw).toMatch(/^x-frame-options: DENY\r$/im);
  });
});
