import { once } from 'node:events';
import { request, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sendExactly, type ExactAnswer, type ExactRequest } from '../../integration/send-exactly.ts';
import { pause, until } from '../../start-platform.ts';
import { sendBytes, startBehind, type Behind } from './behind.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// What reaches the programs behind, and what comes back.

let backend: Behind;
let gateway: Behind;
let door: FrontDoor;
let answer: RequestListener;

const echo: RequestListener = (incoming, response) => {
  incoming.resume();
  incoming.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ url: incoming.url, authorization: incoming.headers.authorization ?? null }));
  });
};

beforeAll(async () => {
  backend = await startBehind((incoming, response) => answer(incoming, response));
  gateway = await startBehind((incoming, response) => answer(incoming, response));
  const settings = { BACKEND: backend.address, GATEWAYS: gateway.address, TRUSTED_PROXIES: '127.0.0.9' };
  door = await startFrontDoor({ settings });
});

afterEach(() => {
  answer = echo;
  backend.requests.length = 0;
  gateway.requests.length = 0;
});

afterAll(async () => {
  await door?.stop();
  await Promise.all([backend, gateway].map((behind) => behind?.close()));
});

answer = echo;

const send = (path: string, options: Partial<ExactRequest> = {}): Promise<ExactAnswer> =>
  sendExactly({
    address: '127.0.0.1',
    port: door.port,
    path,
    ...options,
    headers: { host: 'ai.example.com:8443', ...options.headers },
  });

describe('where a request goes', () => {
  test.each([
    ['GET', '/api/v1/overview', 'backend', '/api/v1/overview'],
    ['POST', '/api/v1/session', 'backend', '/api/v1/session'],
    ['GET', '/api/v1/openapi.json', 'backend', '/api/v1/openapi.json'],
    ['GET', '/api/v1/oidc/callback?code=a&state=b', 'backend', '/api/v1/oidc/callback?code=a&state=b'],
    ['GET', '/api/v1/events', 'backend', '/api/v1/events'],
    ['PATCH', '/api/v1/uploads/1/files/abc?offset=0', 'backend', '/api/v1/uploads/1/files/abc?offset=0'],
    ['POST', '/api/v1/fleet/report', 'backend', '/api/v1/fleet/report'],
    ['GET', '/v2', 'gateway', '/v2'],
    ['POST', '/v2/models/iris/infer', 'gateway', '/v2/models/iris/infer'],
    ['GET', '/v1/models', 'gateway', '/v1/models'],
    // As it came: names may be percent-encoded, and the gateway reads them.
    ['GET', '/v2/models/a%20b/ready?x=%2F', 'gateway', '/v2/models/a%20b/ready?x=%2F'],
    ['POST', '/predict/v2/models/iris/infer', 'backend', '/predict/v2/models/iris/infer'],
    ['OPTIONS', '/predict/v2/models/iris/infer', 'gateway', '/v2/models/iris/infer'],
  ])('%s %s reaches the %s', async (method, path, where, url) => {
    expect((await send(path, { method })).status).toBe(200);
    const behind = where === 'backend' ? backend : gateway;
    expect(behind.requests.map((seen) => `${seen.method} ${seen.url}`)).toEqual([`${method} ${url}`]);
    expect(backend.requests.length + gateway.requests.length).toBe(1);
  });

  test('a prediction with a key goes to the gateway, which is shown neither cookie nor token of a session', async () => {
    const headers = { authorization: 'Bearer key', cookie: 'session=secret', 'x-csrf-token': 'secret' };
    for (const path of ['/predict/v2/models/a%20b/infer?x=1', '/v2/models/a%20b/infer?x=1']) {
      await send(path, { method: 'POST', headers, body: '{}' });
    }
    expect(gateway.requests.map(({ url }) => url)).toEqual(Array(2).fill('/v2/models/a%20b/infer?x=1'));
    for (const seen of gateway.requests) {
      expect(seen.headers.authorization).toBe('Bearer key');
      expect(seen.headers.cookie).toBeUndefined();
      expect(seen.headers['x-csrf-token']).toBeUndefined();
    }
  });

  test('a prediction of a session goes to the control plane, with both', async () => {
    await send('/predict/v2/models/iris/infer', { method: 'POST', headers: { cookie: 's=1', 'x-csrf-token': 'c' } });
    expect(backend.requests[0]?.headers).toMatchObject({ cookie: 's=1', 'x-csrf-token': 'c' });
  });
});

describe('what a client claims of itself', () => {
  const claims = {
    'x-forwarded-for': '127.0.0.1, 10.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-port': '1',
    'x-forwarded-prefix': '/evil',
    'x-forwarded-server': 'evil',
    'x-real-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1',
    via: '1.1 evil',
    proxy: 'http://evil.example',
    te: 'trailers',
    upgrade: 'h2c',
  };

  test.each(['/api/v1/overview', '/v2/models', '/predict/v2'])('is replaced or left out: %s', async (path) => {
    const reply = await send(path, { headers: claims });
    const [seen] = [...backend.requests, ...gateway.requests];
    const about = Object.entries(seen?.headers ?? {}).filter(([name]) => Object.hasOwn(claims, name));
    expect(Object.fromEntries(about)).toEqual({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-real-ip': '127.0.0.1',
    });
    expect(seen?.headers.host).toBe('ai.example.com:8443');
    expect(seen?.headers.connection).toBe('close');
    expect(reply.headers['strict-transport-security']).toBeUndefined();
  });

  test('counts when a balancer says it that is named in the settings', async () => {
    const reply = await new Promise<{ https: unknown; status: number | undefined }>((resolve, reject) => {
      const headers = {
        host: 'ai.example.com',
        'x-forwarded-for': '10.9.9.9, 192.0.2.44',
        'x-forwarded-proto': 'https',
      };
      const options = {
        host: '127.0.0.1',
        port: door.port,
        path: '/api/v1/overview',
        localAddress: '127.0.0.9',
        headers,
      };
      request(options, (response) => {
        response.resume();
        resolve({ https: response.headers['strict-transport-security'], status: response.statusCode });
      })
        .on('error', reject)
        .end();
    });
    expect(backend.requests[0]?.headers).toMatchObject({
      'x-forwarded-for': '192.0.2.44',
      'x-forwarded-proto': 'https',
    });
    // Who speaks TLS with the balancer is told to do so from now on.
    expect(reply).toEqual({ https: 'max-age=31536000', status: 200 });
  });

  test('a request id is kept when it is one, and in the answer once', async () => {
    const kept = await send('/api/v1/overview', { headers: { 'x-request-id': 'mine-1' } });
    expect(kept.headers['x-request-id']).toBe('mine-1');
    const made = await send('/api/v1/overview', { headers: { 'x-request-id': 'a b "c"' } });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(backend.requests.map(({ headers }) => headers['x-request-id'])).toEqual([
      'mine-1',
      made.headers['x-request-id'],
    ]);
  });
});

describe('what comes back', () => {
  test('the headers of the program behind, and each security header once', async () => {
    answer = (_incoming, response) => {
      response.writeHead(418, {
        'content-security-policy': "default-src 'none'",
        'strict-transport-security': 'max-age=1',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'origin',
        'cross-origin-opener-policy': 'unsafe-none',
        'cross-origin-resource-policy': 'cross-origin',
        'permissions-policy': 'camera=()',
        'x-powered-by': 'something',
        'x-request-id': 'theirs',
        'cache-control': 'private, max-age=7',
        'retry-after': '9',
        'set-cookie': 'session=1; HttpOnly',
        location: 'http://elsewhere.example/x',
        etag: '"7"',
        'x-accel-redirect': '/livez',
      });
      response.end('as it is');
    };
    const raw = await sendBytes(door.port, 'GET /api/v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const [head = '', body] = raw.split('\r\n\r\n');
    const value = (name: string): string[] =>
      [...head.matchAll(new RegExp(`^${name}: (.*?)\\r?$`, 'gim'))].map(([, found]) => found ?? '');
    expect(head).toMatch(/^HTTP\/1\.1 418 /);
    expect(body).toContain('as it is');
    expect(value('content-security-policy')).toEqual([expect.stringContaining("default-src 'self'")]);
    expect(value('strict-transport-security')).toEqual([]);
    expect(value('x-content-type-options')).toEqual(['nosniff']);
    expect(value('x-frame-options')).toEqual(['DENY']);
    expect(value('referrer-policy')).toEqual(['no-referrer']);
    expect(value('cross-origin-opener-policy')).toEqual(['same-origin']);
    expect(value('cross-origin-resource-policy')).toEqual(['same-origin']);
    expect(value('x-request-id')).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(value('cache-control')).toEqual(['private, max-age=7']);
    expect(value('retry-after')).toEqual(['9']);
    expect(value('set-cookie')).toEqual(['session=1; HttpOnly']);
    expect(value('location')).toEqual(['http://elsewhere.example/x']);
    expect(value('etag')).toEqual(['"7"']);
    for (const name of ['permissions-policy', 'x-powered-by', 'x-accel-redirect']) expect(value(name)).toEqual([]);
  });

  test('is not packed: its length would tell of secrets in it', async () => {
    answer = (_incoming, response) =>
      response.setHeader('content-type', 'application/json').end(`["${'a'.repeat(5_000)}"]`);
    const { headers, body } = await send('/api/v1/keys', { headers: { 'accept-encoding': 'br, gzip' } });
    expect([headers['content-encoding'], body.length]).toEqual([undefined, 5_004]);
  });

  test('one user is never given what another was, whatever the answer says about keeping', async () => {
    answer = (incoming, response) => {
      response.setHeader('cache-control', 'public, max-age=3600');
      response.end(`for ${incoming.headers.authorization ?? incoming.headers.cookie ?? 'nobody'}`);
    };
    const users: Record<string, string>[] = [
      { authorization: 'Bearer a' },
      { authorization: 'Bearer b' },
      { cookie: 'session=c' },
      {},
    ];
    for (const path of ['/api/v1/overview', '/v2/models', '/predict/v2/models', '/api/v1/overview']) {
      const bodies = await Promise.all(users.map(async (headers) => (await send(path, { headers })).body));
      const cookie = path.startsWith('/v2') ? 'for nobody' : 'for session=c';
      expect([path, ...bodies]).toEqual([path, 'for Bearer a', 'for Bearer b', cookie, 'for nobody']);
    }
    expect(backend.requests.length + gateway.requests.length).toBe(16);
  });

  test.each(['/api/v1/events', '/v2/models/m/generate_stream'])('events of %s come one by one', async (path) => {
    answer = (_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(`data: ${(sent += 1)}\n\n`);
        if (sent === 4) clearInterval(timer);
        if (sent === 4) response.end();
      }, 150);
    };
    const startedAtMs = performance.now();
    const { body } = await fetch(`${door.url}${path}`, { headers: { accept: 'text/event-stream' } });
    const times: number[] = [];
    for await (const part of body ?? []) {
      expect(Buffer.from(part).toString()).toBe(`data: ${times.length + 1}\n\n`);
      times.push(Math.round(performance.now() - startedAtMs));
    }
    console.log(`${path}: events after ${times.join(', ')} ms`);
    expect(times).toHaveLength(4);
    // Together they would come when the last one does.
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(250);
  });

  test('an event that is sent while nothing else happens does not wait for the next', async () => {
    answer = (_incoming, response) =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    const controller = new AbortController();
    const { body } = await fetch(`${door.url}/api/v1/events`, { signal: controller.signal });
    const first = await body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 1\n\n');
    controller.abort();
  });
});

describe('bodies', () => {
  test.each([
    ['PATCH', '/api/v1/uploads/1/files/abc', {}],
    ['POST', '/v2/models/m/infer', {}],
    ['POST', '/predict/v2/models/m/infer', { authorization: 'Bearer a' }],
  ])('of %s %s go on as they come', async (method, path, headers) => {
    let firstAtMs = 0;
    let received = 0;
    answer = (incoming, response) => {
      incoming.on('data', (chunk: Buffer) => {
        firstAtMs ||= performance.now();
        received += chunk.length;
      });
      incoming.on('end', () => response.end('whole'));
    };
    const call = request({ host: '127.0.0.1', port: door.port, method, path, headers });
    const responded = once(call, 'response');
    call.write(Buffer.alloc(300_000));
    await until('the first bytes are behind the front door', 2_000, () => received === 300_000);
    const endedAtMs = performance.now();
    call.end(Buffer.alloc(300_000));
    const [response] = await responded;
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(received).toBe(600_000);
    expect(firstAtMs).toBeLessThan(endedAtMs);
  });

  test('of the API are taken whole first: a slow client costs the control plane nothing', async () => {
    const call = request({ host: '127.0.0.1', port: door.port, method: 'POST', path: '/api/v1/keys' });
    const responded = once(call, 'response');
    call.write('{"a":');
    await pause(200);
    expect(backend.requests).toHaveLength(0);
    call.end('1}');
    const [response] = await responded;
    response.resume();
    expect(backend.requests).toHaveLength(1);
  });

  test.each([
    ['/api/v1/keys', 2 ** 20],
    ['/api/v1/fleet/report', 4 * 2 ** 20],
    ['/v2/models/m/infer', 64 * 2 ** 20],
    ['/api/v1/uploads/1/files/abc', 10 * 2 ** 30],
  ])('of %s end at %i bytes', async (path, bytesMax) => {
    const head = (bytes: number): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${bytes}\r\n\r\n`;
    expect(await sendBytes(door.port, head(bytesMax), 150)).toMatch(/^HTTP\/1\.1 100 Continue/);
    const refused = await sendBytes(door.port, head(bytesMax + 1));
    expect(refused).toMatch(/^HTTP\/1\.1 413 /);
    expect(refused).toContain('"code":"BODY_TOO_LARGE"');
  });
});

describe('a program behind that fails', () => {
  test('says what it says, in its own form', async () => {
    answer = (_incoming, response) =>
      response.writeHead(502, { 'content-type': 'application/problem+json' }).end('{"code":"X"}');
    const { status, body, headers } = await send('/api/v1/sources');
    expect([status, body, headers['retry-after']]).toEqual([502, '{"code":"X"}', '1']);
  });

  test('one that closes in the middle of an answer: what was sent stays, and the connection ends', async () => {
    answer = (_incoming, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 50);
    };
    await expect(send('/v2/models')).rejects.toThrow(/aborted|hang up/);
    expect(gateway.requests).toHaveLength(1);
  });
});

describe('the log', () => {
  test('has requests as JSON, without query strings, keys and cookies', async () => {
    await send('/api/v1/oidc/callback?code=topsecret1&state=topsecret2', { headers: { cookie: 'session=topsecret3' } });
    await send('/v2/models?key=topsecret4', {
      headers: { authorization: 'Bearer topsecret5', referer: 'http://a/?topsecret6', 'user-agent': 'a "b"' },
    });
    await until('the log has it', 5_000, () => door.requests().some(({ path }) => path === '/v2/models'));
    const all = JSON.stringify(door.requests()) + door.errors();
    expect(all).not.toContain('topsecret');
    const line = door.requests().findLast(({ path }) => path === '/v2/models');
    expect(line).toMatchObject({ level: 'info', method: 'GET', status: 200, client: '127.0.0.1', userAgent: 'a "b"' });
    expect(line?.['upstream']).toBe(gateway.address);
    expect(line?.['requestId']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('nor has the log of errors the code of a sign-in, when the control plane is away', async () => {
    const alone = await startFrontDoor();
    const path = '/api/v1/oidc/callback?code=topsecret7';
    expect((await fetch(`${alone.url}${path}`)).status).toBe(503);
    expect((await fetch(`${alone.url}/api/v1/overview`)).status).toBe(503);
    await until('the log has the other', 5_000, () => alone.errors().includes('/api/v1/overview'));
    expect(alone.errors()).not.toContain('topsecret');
    await alone.stop();
  });
});

test('a client that goes away is gone for the program behind, too', async () => {
  let closed = false;
  answer = (incoming) => incoming.socket.once('close', () => (closed = true));
  const socket = connect(door.port, '127.0.0.1', () => socket.write('GET /v2/models HTTP/1.1\r\nHost: a\r\n\r\n'));
  await until('the gateway has the request', 5_000, () => gateway.requests.length === 1);
  socket.destroy();
  await until('its connection has ended', 5_000, () => closed);
});
