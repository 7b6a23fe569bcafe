import { afterEach, expect, test, vi } from 'vitest';
import { callEndpoint } from './client.ts';
import { whoAmI } from './system.ts';

const options = { baseUrl: 'http://localhost:3000', timeoutMs: 1_000 };

afterEach(() => vi.unstubAllGlobals());

function answerWith(body: string | ReadableStream): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body)));
}

test('an answer of the contract is handed on', async () => {
  answerWith('{"actor":"admin"}');
  expect(await callEndpoint(options, whoAmI)).toEqual({ actor: 'admin' });
});

test('an answer that breaks off is a control plane that is away', async () => {
  answerWith(new ReadableStream({ start: (stream) => stream.error(new Error('connection reset')) }));
  await expect(callEndpoint(options, whoAmI)).rejects.toMatchObject({ code: 'CONTROL_PLANE_UNAVAILABLE' });
});

test.each(['<html>another program</html>', '{"actor":7}'])('%s is told from a control plane', async (text) => {
  answerWith(text);
  await expect(callEndpoint(options, whoAmI)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: "http://localhost:3000 answered 'whoAmI' in a form that is not its contract's",
    fix: expect.stringContaining('check that the address is a control plane'),
  });
});

test('further headers are asked for on each call, with its method', async () => {
  const seen: unknown[] = [];
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    seen.push(init.headers);
    return Promise.resolve(new Response('{"actor":"admin"}'));
  });
  await callEndpoint({ ...options, headers: (method) => ({ 'x-csrf-token': `for ${method}` }) }, whoAmI);
  expect(seen).toEqual([expect.objectContaining({ 'x-csrf-token': 'for GET' })]);
});

test('a problem document becomes the error that the server threw, with its request id and time to wait', async () => {
  const problem = { type: 'x', title: 't', status: 429, detail: 'locked', code: 'LOCKED_OUT', requestId: 'r-1' };
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(JSON.stringify(problem), { status: 429, headers: { 'retry-after': '90' } })),
  );
  await expect(callEndpoint(options, whoAmI)).rejects.toMatchObject({
    code: 'LOCKED_OUT',
    message: 'locked',
    requestId: 'r-1',
    retryAfterSeconds: 90,
  });
});
