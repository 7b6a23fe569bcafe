import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ErrorCode } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { askUntilAnswered } from './ask-until-answered.ts';

const { signal } = new AbortController();

/** Fails with each of the codes, one a call, and answers then. */
function failing(...codes: ErrorCode[]): () => Promise<string> {
  return async () => {
    const code = codes.shift();
    if (code === undefined) return 'answer';
    throw new ClusterError(code, `this is ${code}`);
  };
}

test('a control plane or database that is being started again is waited for', async () => {
  const ask = failing('DATABASE_UNAVAILABLE', 'CONTROL_PLANE_UNAVAILABLE', 'SHUTTING_DOWN');
  expect(await askUntilAnswered(ask, { timeoutMs: 10_000, signal })).toBe('answer');
});

test('a refusal is thrown at once', async () => {
  const asked = askUntilAnswered(failing('PERMISSION_DENIED'), { timeoutMs: 10_000, signal });
  await expect(asked).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});

test.each([
  ['the time is over', { timeoutMs: 0, signal }],
  ['a stop was asked for', { timeoutMs: 10_000, signal: AbortSignal.abort() }],
])('the last error is thrown when %s', async (_when, limits) => {
  const codes: ErrorCode[] = Array.from({ length: 50 }, () => 'DATABASE_UNAVAILABLE');
  await expect(askUntilAnswered(failing(...codes), limits)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});
