import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exhaustedError } from './exhausted.ts';

test('no file descriptor left is an error that may be tried again and says what to raise', () => {
  const cause = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  expect(exhaustedError(cause)).toMatchObject({
    code: 'OVERLOADED',
    retryAfterSeconds: 1,
    fix: expect.stringContaining('limit of open files'),
    cause,
  });
});

test('other errors of the system are not taken for it', () => {
  let missing: unknown = null;
  try {
    closeSync(openSync('/does/not/exist', 'r'));
  } catch (error) {
    missing = error;
  }
  expect([exhaustedError(missing), exhaustedError('EMFILE')]).toEqual([null, null]);
});
