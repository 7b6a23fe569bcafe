import { createPublicKey, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { completeSetup, createSetupCode, signOut } from '@cluster-ai/contract/api/session.ts';
import { predictTokenPayloadSchema, splitPredictToken } from '@cluster-ai/contract/predict-token.ts';
import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './control-plane/browser.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

let postgres: PostgresServer;
let gateway: Server;
let plane: RunningPlane;
let dashboard: string;
/** What the gateway does with a request; each test sets its own. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  postgres = await startPostgres(18);
  gateway = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  dashboard = mkdtempSync(join(tmpdir(), 'cluster-ai-dashboard-'));
  mkdirSync(join(dashboard, 'assets'));
  writeFileSync(join(dashboard, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(dashboard, 'assets/app-1a2b.js'), 'export {};');
  plane = await startPlane(await postgres.createDatabase(), { gatewayUrl: addressOf(gateway), dashboard });
});

afterEach(() => {
  answer = (_request, response) => response.end();
});

afterAll(async () => {
  await plane.remove();
  await new Promise((resolve) => gateway.close(resolve));
  await postgres.remove();
  rmSync(dashboard, { recursive: true, force: true });
});

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return `http://127.0.0.1:${address.port}`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const backwards = (bytes: Buffer): Buffer => Buffer.from(bytes.toReversed());

test('a prediction goes through unchanged, body and status and headers, both ways', async () => {
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
  const calls: { url: string; headers: IncomingMessage['headers']; body: Buffer }[] = [];
  answer = (request, response) => void reply(request, response);
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await bodyOf(request);
    calls.push({ url: request.url ?? '', headers: request.headers, body: received });
    response.writeHead(400, {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': '12',
      'x-served-by': 'gateway',
    });
    response.end(backwards(received));
  };
  const { host } = new URL(plane.url);
  const response = await fetch(`${plane.url}/predict/v2/models/iris/infer?x=%2F1`, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': '99',
      authorization: `Bearer ${plane.admin.token}`,
      origin: `http://${host}`,
      cookie: 'session=secret',
    },
    body,
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('inference-header-content-length')).toBe('12');
  expect(response.headers.get('x-served-by')).toBe('gateway');
  expect(Buffer.from(await response.arrayBuffer()).equals(backwards(body))).toBe(true);
  const [seen] = calls;
  expect(seen).toMatchObject({
    url: '/v2/models/iris/infer?x=%2F1',
    headers: {
      'inference-header-content-length': '99',
      authorization: `Bearer ${plane.admin.token}`,
      host: new URL(addressOf(gateway)).host,
    },
  });
  expect(Buffer.from(seen?.body ?? '').equals(body)).toBe(true);
  expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining(['origin']));
  expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
});

describe('who a gateway is told that predicts', () => {
  /** The token that the gateway was sent, verified as it would. */
  async function told(send: () => Promise<{ status: number }>): Promise<unknown> {
    let authorization = '';
    answer = (request, response) => {
      authorization = request.headers.authorization ?? '';
      expect(request.headers).not.toHaveProperty('cookie');
      expect(request.headers).not.toHaveProperty('x-csrf-token');
      response.end();
    };
    expect((await send()).status).toBe(200);
    const parts = splitPredictToken(authorization.replace('Bearer ', ''));
    const { snapshot } = await callEndpoint(plane.gateway, pollSnapshot);
    const { tokenIssuers } = snapshotSchema.parse(JSON.parse(snapshot?.text ?? ''));
    const [issuer] = tokenIssuers;
    if (parts === null || issuer === undefined) throw new Error(`no token of a known issuer: ${authorization}`);
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: issuer.publicKey }, format: 'jwk' });
    expect(verify(null, Buffer.from(parts.signedText), key, Buffer.from(parts.signature, 'base64url'))).toBe(true);
    const payload = predictTokenPayloadSchema.parse(JSON.parse(Buffer.from(parts.payload, 'base64url').toString()));
    expect(payload.issuer).toBe(issuer.id);
    return payload;
  }

  test('a program on this machine', async () => {
    const payload = await told(() => fetch(`${plane.url}/predict/v2/models/iris`));
    expect(payload).toMatchObject({ actor: 'local', userId: null, actions: ['infer', 'read'], models: null });
  });

  test('a person, whose page proves that it is one', async () => {
    const page = new Browser(plane.url);
    const { code } = await callEndpoint(plane.admin, createSetupCode);
    const { user } = await page.call(completeSetup, {
      body: { code, name: 'Ada', email: 'ada@example.com', password: 'correct horse battery staple' },
    });
    const path = '/predict/v2/models/iris/infer';
    const post = (headers: Record<string, string>) => page.send(path, { method: 'POST', headers, body: '{}' });
    const payload = await told(() => post(page.pageHeaders('POST')));
    expect(payload).toMatchObject({ actor: 'ada@example.com', userId: user?.id });
    const { 'x-csrf-token': _token, ...without } = page.pageHeaders('POST');
    expect((await post(without)).status).toBe(403);
    expect((await post({ ...page.pageHeaders('POST'), origin: 'http://evil.example' })).status).toBe(403);
    await page.call(signOut);
  });
});

test('an answer streams: its first part arrives before the last is made', async () => {
  let finish: () => void = () => undefined;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('first');
    finish = () => response.end('last');
  };
  const response = await fetch(`${plane.url}/predict/v2/stream`);
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? '').toString()).toBe('first');
  finish();
  const last = await reader?.read();
  expect(Buffer.from(last?.value ?? '').toString()).toBe('last');
});

test('a caller that goes away ends the request to the gateway', async () => {
  const ended = new Promise<void>((resolve) => {
    answer = (_request, response) => response.on('close', resolve);
  });
  const controller = new AbortController();
  const call = fetch(`${plane.url}/predict/v2/models`, { signal: controller.signal }).catch(() => 'gone');
  await new Promise((resolve) => setTimeout(resolve, 200));
  controller.abort();
  expect(await call).toBe('gone');
  await ended;
});

test('a gateway that is down is a problem document, with a large body as well', async () => {
  const away = await startPlane(await postgres.createDatabase(), { gatewayUrl: 'http://127.0.0.1:1' });
  try {
    for (const body of [Buffer.from('{}'), Buffer.alloc(4_000_000)]) {
      const response = await fetch(`${away.url}/predict/v2/models/iris/infer`, { method: 'POST', body });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(problemSchema.parse(await response.json())).toMatchObject({
        code: 'GATEWAY_UNAVAILABLE',
        detail: 'the gateway at http://127.0.0.1:1 does not answer',
      });
    }
  } finally {
    await away.remove();
  }
});

test('a page of elsewhere cannot predict; neither can a name that leads here', async () => {
  answer = (_request, response) => response.end('reached');
  const foreign = await fetch(`${plane.url}/predict/v2/models/iris/infer`, {
    method: 'POST',
    body: '{}',
    headers: { origin: 'http://evil.example' },
  });
  expect(foreign.status).toBe(401);
  const keyed = await fetch(`${plane.url}/predict/v2/models/iris/infer`, {
    method: 'POST',
    body: '{}',
    headers: { origin: 'http://evil.example', authorization: `Bearer ${plane.admin.token}` },
  });
  expect(await keyed.text()).toBe('reached');
});

test('the dashboard is served; a path of it is its page; an unknown path of the API is not', async () => {
  const page = await fetch(`${plane.url}/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(await page.text()).toContain('<title>page</title>');
  const asset = await fetch(`${plane.url}/assets/app-1a2b.js`);
  expect(asset.headers.get('content-type')).toContain('javascript');
  expect(asset.headers.get('cache-control')).toContain('immutable');
  const deep = await fetch(`${plane.url}/models/iris`, { headers: { accept: 'text/html' } });
  expect(await deep.text()).toContain('<title>page</title>');
  const api = await fetch(`${plane.url}/api/v1/nothing`, { headers: { accept: 'text/html' } });
  expect(api.status).toBe(404);
  expect(problemSchema.parse(await api.json())).toMatchObject({ code: 'NOT_FOUND' });
  expect((await fetch(`${plane.url}/assets/missing.js`, { headers: { accept: 'text/html' } })).status).toBe(404);
  expect((await fetch(`${plane.url}/..%2f..%2fetc/passwd`)).status).toBeGreaterThanOrEqual(400);
});

test('metrics have names, help and types that Prometheus reads', async () => {
  await fetch(`${plane.url}/api/v1/overview`);
  const text = await (await fetch(`${plane.url}/metrics`)).text();
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(names.every((line) => line.startsWith('cluster_ai_control_plane_'))).toBe(true);
  expect(text).toContain('cluster_ai_control_plane_database_up 1');
  expect(text).toMatch(/request_duration_seconds_bucket\{le="300",endpoint="getOverview",status="200"\} \d+/);
});
