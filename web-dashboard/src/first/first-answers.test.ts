import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const origin = 'http://localhost:3000';

let via: string | null = 'session';
const asked: string[] = [];

/** Stands for the network: notes what is sent, and answers as the control plane does. */
async function answer(url: string, request: RequestInit): Promise<Response> {
  const { pathname, search } = new URL(url);
  asked.push(`${request.method} ${pathname}${search}`);
  return Response.json(pathname === '/api/v1/session' ? { via } : { items: [] });
}

beforeEach(() => {
  asked.length = 0;
  via = 'session';
  vi.resetModules();
  vi.stubGlobal('location', { origin });
  vi.stubGlobal('fetch', answer);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const models = '/api/v1/models?limit=50';

/** A page that has just been opened at the list of models. */
async function openModels() {
  const { askFirst, fetchOrTake } = await import('./first-answers.ts');
  askFirst({ page: 'models', calls: ['/models?limit=50'] });
  return (path: string, method = 'GET') => fetchOrTake(`${origin}${path}`, { method });
}

const times = (call: string) => asked.filter((one) => one === call).length;

test('what was asked for first is taken once; the next call is one of its own', async () => {
  const call = await openModels();
  await expect((await call('/api/v1/session')).json()).resolves.toEqual({ via: 'session' });
  await (await call(models)).text();
  expect(times(`GET ${models}`)).toBe(1);
  await (await call(models)).text();
  expect(times(`GET ${models}`)).toBe(2);
  expect(times('GET /api/v1/session')).toBe(1);
});

test('while nobody is signed in only the session is asked for', async () => {
  via = null;
  const call = await openModels();
  await (await call('/api/v1/session')).text();
  await vi.waitFor(() => expect(asked).toEqual(['GET /api/v1/session']));
  await (await call(models)).text();
  expect(asked).toEqual(['GET /api/v1/session', `GET ${models}`]);
});

test('after a change nothing is taken that was asked for before it', async () => {
  const call = await openModels();
  await vi.waitFor(() => expect(times(`GET ${models}`)).toBe(1));
  await call('/api/v1/models/iris', 'DELETE');
  await (await call(models)).text();
  expect(times(`GET ${models}`)).toBe(2);
});
