import { globSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { otherRoutes, publicEndpoints } from '@cluster-ai/contract/api/other-routes.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { signIn } from '@cluster-ai/contract/api/session.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { roles } from '@cluster-ai/core/access/roles.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import type { RouteEntry } from '@cluster-ai/control-plane/http/route-table.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, tokenOf } from './control-plane/browser.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

const password = 'correct horse battery staple';
const contractFolder = join(import.meta.dirname, '../../packages/contract/src/api');

let postgres: PostgresServer;
/** Without the loopback exemption: here nobody is let in for being near. */
let plane: RunningPlane;
let endpoints: Endpoint[];
const people = new Map<Role, Browser>();
const keys = new Map<string, string>();

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase(), { auth: { loopback: 'required' } });
  endpoints = await readEndpoints();
  for (const role of roles) {
    const link = await callEndpoint(plane.admin, users.inviteUser, { body: { email: `${role}@example.com`, role } });
    const page = new Browser(plane.url);
    await page.call(users.acceptInvitation, { body: { token: tokenOf(link.url), name: role, password } });
    people.set(role, page);
  }
  for (const action of ['infer', 'read', 'operate', 'admin'] as const) {
    const { secret } = await callEndpoint(plane.admin, createKey, { body: { name: action, actions: [action] } });
    keys.set(action, secret);
  }
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

/** Every endpoint that the contract exports, wherever it stands. */
async function readEndpoints(): Promise<Endpoint[]> {
  const files = globSync('*.ts', { cwd: contractFolder }).filter((file) => !file.endsWith('.test.ts'));
  const modules: object[] = await Promise.all(
    files.map((file) => import(pathToFileURL(join(contractFolder, file)).href)),
  );
  const found = modules.flatMap((module) =>
    Object.values(module).filter(
      (value): value is Endpoint =>
        typeof value === 'object' && value !== null && 'access' in value && 'answer' in value,
    ),
  );
  return [...new Map(found.map((endpoint) => [endpoint.id, endpoint])).values()];
}

const samplePath = (url: string): string =>
  url
    .replace(':sha256', 'a'.repeat(64))
    .replace(':id', '00000000-0000-4000-8000-000000000000')
    .replace('/*', '/v2/models/none')
    .replaceAll(/:[a-z0-9]+/gi, '1');

interface Outcome {
  readonly status: number;
  /** The sentence of a refusal. */
  readonly detail: string;
}

/** Sends a request and reads no more than its outcome: some answers never end. */
function send(method: string, url: string, headers: Record<string, string>): Promise<Outcome> {
  const { port } = new URL(plane.url);
  const body = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method) ? undefined : '{}';
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const all = { host: `localhost:${port}`, ...type, ...headers };
    const call = request(
      { host: '127.0.0.1', port, method, path: samplePath(url), headers: all, agent: false },
      (answer) => {
        const status = answer.statusCode ?? 0;
        if ((status !== 401 && status !== 403) || method === 'HEAD') {
          answer.destroy();
          resolve({ status, detail: '' });
          return;
        }
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status, detail: problemSchema.parse(JSON.parse(text)).detail }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Somebody was let in, whatever the handler then made of an empty request. */
const letIn = ({ status, detail }: Outcome): boolean =>
  (status !== 401 && status !== 403) || (detail !== '' && !/^(this call needs|this key is for)/.test(detail));

type Caller =
  | 'nobody'
  | Role
  | 'key infer'
  | 'key read'
  | 'key operate'
  | 'key admin'
  | 'admin token'
  | 'gateway token';

async function headersOf(caller: Caller, method: string): Promise<Record<string, string>> {
  if (caller === 'nobody') return {};
  if (caller === 'admin token') return bearer(plane.admin.token);
  if (caller === 'gateway token') return bearer(plane.gateway.token);
  if (caller.startsWith('key ')) return bearer(keys.get(caller.slice(4)) ?? '');
  const page = people.get(caller as Role);
  if (page === undefined) throw new Error(`nobody is ${caller}`);
  const cookie = [...page.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { ...page.pageHeaders(method === 'HEAD' ? 'GET' : method), cookie };
}

/** The matrix, a second time: what the rule should do, not what it does. */
const matrix: Readonly<Record<string, readonly Caller[]>> = {
  read: ['viewer', 'operator', 'admin', 'key read', 'key operate', 'key admin', 'admin token'],
  viewer: ['viewer', 'operator', 'admin', 'key read', 'key operate', 'key admin', 'admin token'],
  predict: ['viewer', 'operator', 'admin', 'key infer', 'admin token'],
  operator: ['operator', 'admin', 'key operate', 'key admin', 'admin token'],
  admin: ['admin', 'key admin', 'admin token'],
  gateway: ['gateway token'],
};

const everybody: readonly Caller[] = [
  'nobody',
  ...roles,
  'key infer',
  'key read',
  'key operate',
  'key admin',
  'admin token',
  'gateway token',
];

/** Of the server itself, without what it only refuses. */
function served(): RouteEntry[] {
  const refused = (entry: RouteEntry): boolean => entry.access === null && !isOpen(entry);
  return plane.control.server.routeTable.filter((entry) => !refused(entry));
}

const isOpen = ({ method, url }: RouteEntry): boolean =>
  otherRoutes.some((other) => other.access === 'open' && other.path === url && ['GET', 'HEAD'].includes(method));

describe('the route table of the front door', () => {
  test('has the endpoints of the contract and the other routes that are listed, and nothing else', () => {
    const expected = [...endpoints, ...otherRoutes.filter(({ path }) => path !== '/*')];
    const lines = expected.map(({ method, path, access }) => `${method} ${path} ${access === 'open' ? null : access}`);
    const found = served()
      .filter(({ method, url }) => method !== 'HEAD' && url !== '/*')
      .map(({ method, url, access }) => `${method} ${url} ${access}`);
    expect(found.toSorted()).toEqual(lines.toSorted());
    expect(found.length).toBeGreaterThan(50);
  });

  test('is open to anybody where that was decided, and nowhere else', () => {
    const open = endpoints.filter(({ access }) => access === 'public').map(({ id }) => id);
    expect(open.toSorted()).toEqual(Object.keys(publicEndpoints).toSorted());
  });

  test('what has no rule is refused whatever one brings', async () => {
    const refusals = plane.control.server.routeTable.filter((entry) => entry.access === null && !isOpen(entry));
    expect(refusals.length).toBeGreaterThan(50);
    const wrong: string[] = [];
    for (const { method, url } of refusals) {
      const { status } = await send(method, url, bearer(plane.admin.token));
      if (status !== 405) wrong.push(`${method} ${url}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each(everybody)('lets %s in exactly where the matrix says so', async (caller) => {
    const wrong: string[] = [];
    for (const { method, url, access } of served()) {
      // Signing out would end the session with which the rest is tried.
      if (access === null || (access === 'public' && method === 'DELETE')) continue;
      // What holds for a GET holds for its HEAD: two callers show it.
      if (method === 'HEAD' && caller !== 'nobody' && caller !== 'viewer') continue;
      const outcome = await send(method, url, await headersOf(caller, method));
      const expected = access === 'public' || (matrix[access] ?? []).includes(caller);
      // A HEAD shows no reason, and only a GET can be one.
      const actual = method === 'HEAD' ? outcome.status !== 401 && outcome.status !== 403 : letIn(outcome);
      if (actual !== expected) wrong.push(`${method} ${url} (${access}): ${outcome.status} ${outcome.detail}`);
    }
    expect(wrong).toEqual([]);
  });

  test('a wrong token is refused everywhere, also beside a good session', async () => {
    const cookie = await headersOf('admin', 'GET');
    const let_in: string[] = [];
    for (const { method, url, access } of served()) {
      if (access === null || method === 'HEAD') continue;
      const { status } = await send(method, url, { ...cookie, ...bearer('cai_wrong_token_of_nobody') });
      if (status !== 401 && status !== 429) let_in.push(`${method} ${url}: ${status}`);
    }
    expect(let_in).toEqual([]);
  });

  test('a change with a session alone is refused everywhere: without its token, and from a page of elsewhere', async () => {
    const wrong: string[] = [];
    for (const { method, url, access } of served()) {
      if (access === null || access === 'gateway' || method === 'GET' || method === 'HEAD') continue;
      const { 'x-csrf-token': _token, ...without } = await headersOf('admin', method);
      const elsewhere = { ...(await headersOf('admin', method)), origin: 'http://evil.example' };
      for (const headers of [without, elsewhere]) {
        const { status } = await send(method, url, headers);
        if (status !== 403) wrong.push(`${method} ${url}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a refusal names the role that is needed', async () => {
    expect(await send('GET', '/api/v1/users', await headersOf('operator', 'GET'))).toEqual({
      status: 403,
      detail: 'this call needs the role admin; the caller has operator',
    });
    expect(await send('GET', '/api/v1/users', {})).toEqual({ status: 401, detail: 'this call needs the role admin' });
  });
});

test('a stream ends for somebody who was disabled', async () => {
  const email = 'viewer@example.com';
  const page = new Browser(plane.url);
  await page.call(signIn, { body: { email, password } });
  const cookie = [...page.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { port } = new URL(plane.url);
  const headers = { host: `localhost:${port}`, cookie };
  let disabledAtMs = 0;
  const ended = new Promise<number>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: '/api/v1/events', headers, agent: false }, (answer) => {
      expect(answer.statusCode).toBe(200);
      answer.once('data', () => {
        void disable().catch(reject);
      });
      answer.on('end', () => resolve(performance.now() - disabledAtMs));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
  const disable = async (): Promise<void> => {
    const { items } = await callEndpoint(plane.admin, users.listUsers, { query: { filter: `email=${email}` } });
    disabledAtMs = performance.now();
    await callEndpoint(plane.admin, users.updateUser, { params: { id: items[0]?.id ?? '' }, body: { disabled: true } });
  };
  const tookMs = await ended;
  console.log(`the stream ended ${Math.round(tookMs)} ms after the person was disabled`);
  expect(tookMs).toBeLessThan(10_000);
  expect((await page.send('/api/v1/models')).status).toBe(401);
});
