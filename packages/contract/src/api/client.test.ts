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
