import { fakeCall, fakeReply } from '@cluster-ai/testkit/fake-call.ts';
import { expect, test } from 'vitest';
import { createOperationsFrontEnd } from './operations.ts';

async function ask(rawPath: string, method = 'GET', reasons: readonly string[] = []) {
  const reply = fakeReply();
  await createOperationsFrontEnd({ reasons: () => reasons, metrics: () => 'up 1\n' })(
    fakeCall({ method, rawPath }),
    reply,
  );
  return reply.sent;
}

test('metrics are text in the form that Prometheus reads', async () => {
  const sent = await ask('/metrics?x=1');
  expect(sent).toMatchObject({ status: 200, text: 'up 1\n' });
  expect(sent?.headers.get('content-type')).toContain('version=0.0.4');
});

test('a gateway that is alive says so, ready or not; readiness gives its reasons', async () => {
  const reasons = ['loading models: iris@1'];
  expect(await ask('/livez', 'GET', reasons)).toMatchObject({ status: 200 });
  expect(await ask('/readyz', 'GET', reasons)).toMatchObject({
    status: 503,
    text: '{"ready":false,"reasons":["loading models: iris@1"]}\n',
  });
  expect(await ask('/readyz')).toMatchObject({ status: 200, text: '{"ready":true,"reasons":[]}\n' });
  expect(await ask('/readyz', 'HEAD')).toMatchObject({ status: 200 });
});

test('anything else is refused with what there is', async () => {
  expect(await ask('/v2')).toMatchObject({ status: 404, text: expect.stringContaining('/metrics') });
  const post = await ask('/metrics', 'POST');
  expect(post?.status).toBe(405);
  expect(post?.headers.get('allow')).toBe('GET, HEAD');
});
