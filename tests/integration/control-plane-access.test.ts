import { request } from 'node:http';
import { connect } from 'node:net';
import * as audit from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as fleet from '@cluster-ai/contract/api/fleet.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import * as system from '@cluster-ai/contract/api/system.ts';
import * as traffic from '@cluster-ai/contract/api/traffic.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createControlPlane } from '@cluster-ai/control-plane/control-plane.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { loadedConfig } from './control-plane/loaded-config.ts';

let postgres: PostgresServer;
let plane: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Sends exactly these headers; `fetch` would not let Host and Origin be chosen. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const { port } = new URL(plane.url);
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

const exported = (module: object): Endpoint[] =>
  Object.values(module).filter(
    (value): value is Endpoint => typeof value === 'object' && value !== null && 'access' in value,
  );
/** What anybody may call is walked in route-table.test.ts. */
const endpoints = [audit, fleet, models, routes, system, traffic, uploads]
  .flatMap(exported)
  .filter(({ access }) => access !== 'public');

function samplePath(endpoint: Endpoint): string {
  return endpoint.path
    .replace(':sha256', 'a'.repeat(64))
    .replace(':id', '00000000-0000-4000-8000-000000000000')
    .replaceAll(/:[a-z0-9]+/gi, '1');
}

const bodyless = ({ method }: Endpoint): boolean => method === 'GET' || method === 'DELETE';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('who may call what', () => {
  test('the contract has endpoints of every access but public', () => {
    expect(endpoints.length).toBeGreaterThan(20);
    expect(new Set(endpoints.map((endpoint) => endpoint.access))).toEqual(
      new Set(['read', 'viewer', 'operator', 'admin', 'gateway']),
    );
  });

  test.each(endpoints.map((endpoint) => [endpoint.id, endpoint] as const))('%s', async (_id, endpoint) => {
    const path = samplePath(endpoint);
    const json: Record<string, string> = bodyless(endpoint) ? {} : { 'content-type': 'application/json' };
    const body = bodyless(endpoint) ? undefined : '{}';
    const call = async (headers: Record<string, string>): Promise<number> =>
      (await send(endpoint.method, path, { ...json, ...headers }, body)).status;
    const allowed = (status: number): boolean => status !== 401 && status !== 403;

    expect(allowed(await call({}))).toBe(endpoint.access === 'read');
    expect(allowed(await call(bearer(plane.admin.token)))).toBe(endpoint.access !== 'gateway');
    expect(allowed(await call(bearer(plane.gateway.token)))).toBe(endpoint.access === 'gateway');
    expect(await call(bearer('somebody-else-entirely'))).toBe(401);
    expect(await call({ authorization: 'Basic YTpi' })).toBe(401);
    expect(await call({ host: 'evil.example' })).toBe(403);
    expect(allowed(await call({ origin: 'http://evil.example' }))).toBe(false);
  });

  test('the paths beside the contract are these', async () => {
    expect((await send('GET', '/livez')).status).toBe(200);
    expect((await send('GET', '/readyz')).status).toBe(200);
    expect((await send('GET', '/metrics')).status).toBe(200);
    expect((await send('GET', '/metrics', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(401);
    expect((await send('GET', '/metrics', bearer(plane.admin.token))).status).toBe(200);
  });
});

describe('the loopback exemption', () => {
  const own = (): string => new URL(plane.url).host;

  test.each([
    ['a plain call', {}, 200],
    ['localhost', { host: 'localhost' }, 200],
    ['[::1] with a port', { host: '[::1]:3000' }, 200],
    ['another site', { origin: 'http://evil.example' }, 401],
    ['another port of this machine', { origin: 'http://localhost:9' }, 401],
    ['no origin at all, says the browser', { origin: 'null' }, 401],
    ['a page of another site that asks without Origin', { 'sec-fetch-site': 'cross-site' }, 401],
    ['a page of another port that asks without Origin', { 'sec-fetch-site': 'same-site' }, 401],
    ['a proxy', { via: '1.1 proxy' }, 401],
    ['another proxy', { forwarded: 'for=10.0.0.1' }, 401],
    ['a third proxy', { 'x-forwarded-for': '10.0.0.1' }, 401],
    ['a fourth proxy', { 'x-real-ip': '10.0.0.1' }, 401],
    ['a name that leads here', { host: 'evil.example' }, 403],
    ['a name that looks like it', { host: 'localhost.evil.example' }, 403],
  ])('%s', async (_what, headers, status) => {
    const answer = await send('GET', '/api/v1/models', headers);
    expect(answer.status).toBe(status);
  });

  test("the page's own requests count as local", async () => {
    const answer = await send('GET', '/api/v1/models', {
      host: own(),
      origin: `http://${own()}`,
      'sec-fetch-site': 'same-origin',
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['with its origin', { origin: 'http://evil.example' }],
    ['that hides its origin', { origin: 'null' }],
    ['of which only the browser tells', { 'sec-fetch-site': 'cross-site' }],
  ])('a form of another site %s does nothing here', async (_what, headers) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const sent = { ...headers, 'content-type': type };
      const body = '{"email":"ada@example.com","password":"a password","inputs":[]}';
      expect((await send('POST', '/predict/v2/models/iris/infer', sent, body)).status).toBe(401);
      expect((await send('POST', '/api/v1/uploads', sent, body)).status).toBe(401);
      expect((await send('POST', '/api/v1/session', sent, body)).status).toBe(403);
    }
  });

  test('an own origin under a foreign name does not count', async () => {
    expect((await send('GET', '/api/v1/models', { host: 'evil.example', origin: 'http://evil.example' })).status).toBe(
      403,
    );
  });

  test('a foreign name gets a sentence, for the page as well; a token makes up for it', async () => {
    const page = await send('GET', '/', { host: 'evil.example' });
    expect(page.status).toBe(403);
    expect(problemSchema.parse(JSON.parse(page.body))).toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: expect.stringContaining('answers to localhost, 127.0.0.1 and [::1] alone'),
    });
    expect((await send('GET', '/api/v1/models', { host: 'evil.example', ...bearer(plane.admin.token) })).status).toBe(
      200,
    );
  });
});

test('without the setting a page of another origin is told nothing that its browser would take for a yes', async () => {
  const question = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
  for (const path of ['/api/v1/models', '/predict/v2/models', '/nothing']) {
    const { status, headers } = await send('OPTIONS', path, question);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('probes are answered under every name', async () => {
  for (const path of ['/livez', '/readyz', '/livez?verbose']) {
    expect((await send('GET', path, { host: '10.1.2.3:3000' })).status).toBe(200);
  }
  expect((await send('GET', '/metrics', { host: '10.1.2.3:3000' })).status).toBe(403);
});

describe('errors are problem documents', () => {
  test('404 and 405, with the request id', async () => {
    const missing = await send('GET', '/api/v1/nothing', { 'x-request-id': 'abc-1' });
    expect(missing.status).toBe(404);
    expect(missing.headers['content-type']).toContain('application/problem+json');
    expect(missing.headers['x-request-id']).toBe('abc-1');
    expect(problemSchema.parse(JSON.parse(missing.body))).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      requestId: 'abc-1',
    });
    const method = await send('DELETE', '/api/v1/overview');
    expect(method.status).toBe(405);
    expect(method.headers['allow']).toBe('GET, HEAD');
    expect(problemSchema.parse(JSON.parse(method.body))).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test('bytes that are no request', async () => {
    const { port } = new URL(plane.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('what is this\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('HTTP/1.1 400 ');
    expect(problemSchema.parse(JSON.parse(answer.slice(answer.indexOf('{'))))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('a request id that could not stand in a log is replaced', async () => {
    const answer = await send('GET', '/livez', { 'x-request-id': 'a b"c' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['malformed JSON', '{"policy":', 'application/json', 400, 'INVALID_ARGUMENT'],
    ['a wrong field', '{"policy":{"kind":"latest"}}', 'application/json', 400, 'INVALID_ARGUMENT'],
    ['another content type', 'x', 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a text that cannot be kept',
      String.raw`{"policy":{"kind":"latest","model":"a\u0000b"}}`,
      'application/json',
      400,
      'INVALID_ARGUMENT',
    ],
    [
      'more than a mebibyte',
      JSON.stringify({ policy: 'x'.repeat(1_048_576) }),
      'application/json',
      413,
      'BODY_TOO_LARGE',
    ],
  ])('%s', async (_what, body, type, status, code) => {
    const answer = await send('PUT', '/api/v1/routes/r', { ...bearer(plane.admin.token), 'content-type': type }, body);
    expect(answer.status).toBe(status);
    expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ code, status });
  });

  test.each([
    ['GET', '/api/v1/nothing', 404, 'NOT_FOUND'],
    ['DELETE', '/api/v1/overview', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/api/v1/models/%zz', 400, 'INVALID_ARGUMENT'],
    ['GET', '/api/v1/models/a%00b', 400, 'INVALID_ARGUMENT'],
    ['GET', '/api/v1/models/a/versions/9007199254740991', 400, 'INVALID_ARGUMENT'],
    ['GET', `/api/v1/models/${'x'.repeat(2_000)}`, 400, 'INVALID_ARGUMENT'],
    ['GET', `/api/v1/models?filter=${'x'.repeat(8_000)}`, 400, 'INVALID_ARGUMENT'],
    ['GET', `/api/v1/models?filter=${'x'.repeat(20_000)}`, 431, 'HEADER_TOO_LARGE'],
  ])('%s %.40s is answered with a problem', async (method, path, status, code) => {
    const answer = await send(method, path, bearer(plane.admin.token));
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = problemSchema.parse(JSON.parse(answer.body));
    expect(problem).toMatchObject({ code, status });
    expect(answer.headers['x-request-id']).toBe(problem.requestId);
    expect(answer.status).toBe(status);
  });

  test('the field that is wrong is named', async () => {
    await expect(callEndpoint(plane.admin, models.listModels, { query: { limit: 9_999 } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('query.limit'),
      errors: [{ path: 'query.limit', message: expect.any(String) }],
    });
    const policy = { kind: 'split' as const, variants: [{ model: 'a', version: 1, weight: -1 }] };
    await expect(
      callEndpoint(plane.admin, routes.putRoute, {
        params: { name: 'r' },
        body: { policy, stickyHeader: 'not a header' },
      }),
    ).rejects.toMatchObject({
      errors: [{ path: 'body.policy.variants.0.weight' }, { path: 'body.stickyHeader' }],
    });
    await expect(callEndpoint(plane.admin, audit.listAudit, { query: { cursor: 'x' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('query.cursor'),
    });
  });

  test('a defect shows a fixed sentence, and the log has the rest under the request id', async () => {
    vi.spyOn(plane.control.plane.store, 'read').mockRejectedValueOnce(new Error('secret detail'));
    const answer = await send('GET', '/api/v1/models', { 'x-request-id': 'defect-1' });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret detail');
    expect(plane.log.find((line) => line.includes('defect-1') && line.includes('secret detail'))).toBeDefined();
  });
});

test('every answer carries the security headers', async () => {
  for (const path of ['/', '/livez', '/api/v1/models', '/api/v1/nothing']) {
    const { headers } = await send('GET', path);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  }
});

test('tokens and the database address never reach the log', async () => {
  await callEndpoint(plane.admin, system.whoAmI);
  await send('GET', '/api/v1/whoami', bearer('a-wrong-token-of-somebody'));
  const log = plane.log.join('');
  for (const secret of [plane.admin.token, plane.gateway.token, 'a-wrong-token-of-somebody', 'password=']) {
    expect(log).not.toContain(secret);
  }
});

test.each(['0.0.0.0', '192.168.1.10', '::'])('a front door at %s is refused with the reason', async (host) => {
  const config = controlPlaneConfigSchema.parse({
    home: plane.home,
    http: { host },
    database: { url: 'postgresql:///x' },
    auth: plane.control.plane.config.auth,
  });
  const log = createLogger({ program: 'test', level: 'error', destination: { write: () => undefined } });
  await expect(createControlPlane(loadedConfig(config), log)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `http.host is ${host}, which other machines can reach, and this listener has no TLS: set http.tls.certFile and http.tls.keyFile, or, where a proxy ends TLS in front of it, set http.plaintext to allowed`,
  });
});
