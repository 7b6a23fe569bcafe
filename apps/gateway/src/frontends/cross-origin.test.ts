import { fakeCall, fakeReply } from '@cluster-ai/testkit/fake-call.ts';
import type { CallHandler } from '@cluster-ai/platform/edge/edge.ts';
import { expect, test } from 'vitest';
import { allowOrigins } from './cross-origin.ts';

const inner: CallHandler = async (call, reply) => {
  reply.send(call.method === 'OPTIONS' ? 405 : 200, [['X-Request-Id', '1']], 'inner');
};

async function ask(origins: readonly string[], method: string, headers: Record<string, string>) {
  const reply = fakeReply();
  await allowOrigins(origins, inner)(fakeCall({ method, headers }), reply);
  if (reply.sent === null) throw new Error('nothing was sent');
  return reply.sent;
}

const page = { origin: 'https://app.example.com' };
const question = { ...page, 'access-control-request-method': 'POST' };

test('without origins a question of a browser gets what any OPTIONS call gets, and no word about origins', async () => {
  const { status, headers } = await ask([], 'OPTIONS', question);
  expect(status).toBe(405);
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-') || name === 'vary')).toEqual([]);
  expect(allowOrigins([], inner)).toBe(inner);
});

test('with origins the question is answered here, and the call proper goes on', async () => {
  const answer = await ask([page.origin], 'OPTIONS', question);
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(answer.headers.get('access-control-allow-origin')).toBe(page.origin);
  expect(answer.headers.get('access-control-allow-headers')).toBe('authorization, *');
  expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  const call = await ask([page.origin], 'POST', page);
  expect([call.status, call.text, call.headers.get('x-request-id')]).toEqual([200, 'inner', '1']);
  expect(call.headers.get('access-control-allow-origin')).toBe(page.origin);
  expect(call.headers.get('access-control-expose-headers')).toContain('inference-header-content-length');
});

test('another origin gets nothing', async () => {
  const answer = await ask([page.origin], 'OPTIONS', { ...question, origin: 'https://evil.example' });
  expect(answer.status).toBe(405);
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
});
