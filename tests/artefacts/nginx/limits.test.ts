import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sendExactly, type ExactAnswer } from '../../integration/send-exactly.ts';
import { pause, until } from '../../start-platform.ts';
import { startBehind } from './behind.ts';
import { startFrontDoor, type FrontDoor, type FrontDoorOptions } from './start-front-door.ts';

// What one client may take: requests, connections, and time.

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(settings: Readonly<Record<string, string>>, options: FrontDoorOptions = {}): Promise<FrontDoor> {
  const behind = await startBehind((incoming, response) => incoming.resume().on('end', () => response.end('{}')));
  closing.push(() => behind.close());
  const door = await startFrontDoor({
    ...options,
    settings: { BACKEND: behind.address, GATEWAYS: behind.address, TRUSTED_PROXIES: '127.0.0.1', ...settings },
  });
  closing.push(() => door.stop());
  return door;
}

const send = (door: FrontDoor, path: string, client: string, method = 'GET'): Promise<ExactAnswer> =>
  sendExactly({
    address: '127.0.0.1',
    port: door.port,
    path,
    method,
    headers: { host: 'a', 'x-forwarded-for': client },
  });

const burst = (door: FrontDoor, path: string, client: string, method = 'GET'): Promise<ExactAnswer[]> =>
  Promise.all(Array.from({ length: 30 }, () => send(door, path, client, method)));

const refused = (answers: readonly ExactAnswer[]): ExactAnswer[] => answers.filter(({ status }) => status === 429);

describe('requests', () => {
  test.each([
    ['RATE_LIMIT_API', '/api/v1/overview', '/v2/models'],
    ['RATE_LIMIT_API', '/api/v1/events', '/v2/models'],
    ['RATE_LIMIT_API', '/api/v1/uploads/1/files/a', '/v2/models'],
    ['RATE_LIMIT_PREDICT', '/v2/models', '/api/v1/overview'],
    ['RATE_LIMIT_PREDICT', '/predict/v2/models', '/api/v1/overview'],
  ])('beyond %s of %s get 429 in the form of the API, and the advice to come back', async (name, path, other) => {
    const door = await open({ [name]: '1' });
    const [tooMany, ...more] = refused(await burst(door, path, '192.0.2.1'));
    // Ten at once may come, and one more a second.
    expect(more.length + 1).toBeGreaterThanOrEqual(15);
    expect(more.length + 1).toBeLessThanOrEqual(19);
    expect(tooMany?.headers['content-type']).toBe('application/problem+json');
    expect(Number(tooMany?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(tooMany?.headers['cache-control']).toBe('no-store');
    expect(tooMany?.headers['x-content-type-options']).toBe('nosniff');
    expect(JSON.parse(tooMany?.body ?? '')).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      requestId: tooMany?.headers['x-request-id'],
    });
    // Nobody else is refused, nor this client elsewhere.
    expect((await send(door, path, '192.0.2.2')).status).toBe(200);
    expect((await send(door, other, '192.0.2.1')).status).toBe(200);
    await until('it may again', 5_000, async () => (await send(door, path, '192.0.2.1')).status === 200);
  });

  test('without a limit everything passes', async () => {
    const door = await open({ RATE_LIMIT_API: '0', RATE_LIMIT_PREDICT: '0', RATE_LIMIT_SIGN_IN: '0' });
    for (const path of ['/api/v1/session', '/v2/models']) {
      expect(refused(await burst(door, path, '192.0.2.1', 'POST'))).toEqual([]);
    }
  });

  test('trying passwords, codes and invitations has a limit of its own', async () => {
    const door = await open({ RATE_LIMIT_SIGN_IN: '1' });
    const paths = ['/api/v1/session', '/api/v1/setup', '/api/v1/invitations/accept'];
    for (const [index, path] of paths.entries()) {
      expect(refused(await burst(door, path, `192.0.2.${index}`, 'POST')).length).toBeGreaterThan(14);
    }
    expect(refused(await burst(door, '/api/v1/oidc/start', '192.0.2.9')).length).toBeGreaterThan(14);
    // Who is signed in asks for the session at each page.
    expect(refused(await burst(door, '/api/v1/session', '192.0.2.10'))).toEqual([]);
  });

  test('a network of IPv6 is one client', async () => {
    const door = await open({ RATE_LIMIT_API: '1' });
    const networks = [
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::1', '2001:db8:1:2:a:b:c:d'],
      ['2001:db8::1', '2001:db8::2', '2001:db8::3:4'],
    ];
    for (const clients of networks) {
      const answers = await Promise.all(
        clients.flatMap((client) => Array.from({ length: 10 }, () => send(door, '/api/v1/x', client))),
      );
      expect(refused(answers).length).toBeGreaterThan(14);
    }
    expect((await send(door, '/api/v1/x', '2001:db8:1:3::1')).status).toBe(200);
  });

  test('at once', async () => {
    const door = await open({ REQUESTS_AT_ONCE_MAX: '3' });
    const sockets = Array.from({ length: 6 }, () => connect(door.port, '127.0.0.1'));
    const answers: string[] = [];
    for (const socket of sockets) {
      socket.on('data', (chunk) => answers.push(chunk.toString()));
      socket.write('POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345');
    }
    await until(
      'three are refused',
      5_000,
      () => answers.filter((text) => text.startsWith('HTTP/1.1 429 ')).length === 3,
    );
    expect(answers.join('')).toContain('"code":"RATE_LIMITED"');
    for (const socket of sockets) socket.destroy();
  });
});

describe('time', () => {
  async function ended(port: number, bytes: string): Promise<{ text: string; afterMs: number }> {
    const startedAtMs = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => socket.destroy());
    await new Promise((resolve) => socket.once('close', resolve));
    return { text, afterMs: Math.round(performance.now() - startedAtMs) };
  }

  test('a header or a body that does not come, and a connection without a request, end', async () => {
    const door = await open(
      {},
      {
        instead: [
          ['client_header_timeout 10s;', 'client_header_timeout 1s;'],
          ['client_body_timeout 30s;', 'client_body_timeout 1s;'],
          ['keepalive_timeout 75s;', 'keepalive_timeout 1s;'],
        ],
      },
    );
    const [header, body, idle] = await Promise.all([
      ended(door.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '),
      ended(door.port, 'POST /api/v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123'),
      ended(door.port, 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'),
    ]);
    console.log(`limits of one second: header ${header.afterMs} ms, body ${body.afterMs} ms, idle ${idle.afterMs} ms`);
    for (const { afterMs } of [header, body, idle]) {
      expect(afterMs).toBeGreaterThan(900);
      expect(afterMs).toBeLessThan(10_000);
    }
    expect(idle.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a client that takes nothing of its answer is cut', async () => {
    const large = await startBehind((_incoming, response) => response.end(Buffer.alloc(30_000_000)));
    closing.push(() => large.close());
    const door = await open({ GATEWAYS: large.address }, { instead: [['\nsend_timeout 60s;', '\nsend_timeout 1s;']] });
    const socket = connect(door.port, '127.0.0.1', () => socket.write('GET /v2/models HTTP/1.1\r\nHost: a\r\n\r\n'));
    socket.pause();
    await until('it has begun', 5_000, () => large.requests.length === 1);
    const tookMs = await until(
      'the connection behind has ended',
      15_000,
      () => large.requests[0]?.socket.destroyed === true,
    );
    console.log(`a client that reads nothing: cut after ${Math.round(tookMs)} ms`);
    socket.destroy();
  });

  test('a program behind that is silent is given up, in the form of the API', async () => {
    const silent = await startBehind((incoming) => incoming.resume());
    closing.push(() => silent.close());
    const door = await open(
      { BACKEND: silent.address, GATEWAYS: silent.address },
      { instead: [['proxy_read_timeout 120s;', 'proxy_read_timeout 1s;']] },
    );
    const answers = await Promise.all([
      send(door, '/api/v1/keys', '192.0.2.1', 'POST'),
      send(door, '/v2/models', '192.0.2.1', 'POST'),
    ]);
    for (const { status, body } of answers) {
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([504, 'DEADLINE_EXCEEDED']);
    }
    // An answer may be on its way: neither was sent twice.
    expect(silent.requests).toHaveLength(2);
  });

  test('it stops in order: what was taken is answered, and then it ends', async () => {
    const slow = await startBehind((_incoming, response) => void setTimeout(() => response.end('late'), 700));
    closing.push(() => slow.close());
    const door = await startFrontDoor({ settings: { GATEWAYS: slow.address } });
    const answer = sendExactly({ address: '127.0.0.1', port: door.port, path: '/v2/models', headers: { host: 'a' } });
    await until('it has begun', 5_000, () => slow.requests.length === 1);
    const stopping = door.stop('SIGQUIT');
    await pause(100);
    await expect(fetch(`${door.url}/livez`)).rejects.toThrow('fetch failed');
    expect((await answer).body).toBe('late');
    const { code, tookMs } = await stopping;
    console.log(`stopped ${Math.round(tookMs)} ms after the signal`);
    expect(code).toBe(0);
  });

  test('an event stream that is open does not hold it back for ever', async () => {
    const events = await startBehind((_incoming, response) => void response.write('data: 1\n\n'));
    closing.push(() => events.close());
    const door = await startFrontDoor({ settings: { BACKEND: events.address, DRAIN_SECONDS: '1' } });
    const socket = connect(door.port, '127.0.0.1', () =>
      socket.write('GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    await once(socket, 'data');
    const { code, tookMs } = await door.stop('SIGQUIT');
    console.log(`with an open stream: stopped after ${Math.round(tookMs)} ms`);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    socket.destroy();
  });
});
