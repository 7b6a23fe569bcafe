import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { problemFields } from './problem-fields.ts';

const names = ['email', 'role', 'models'];

test('each field gets its own words', () => {
  const error = new ClusterError(
    'INVALID_ARGUMENT',
    'body.email: Invalid email address; body.models.0: a name; body.models.2: too long',
  );
  expect(problemFields(error, names)).toEqual({
    fields: { email: 'Invalid email address', models: 'a name. too long' },
    rest: null,
  });
});

test.each([
  new ClusterError('INVALID_ARGUMENT', 'body.email: wrong; query.limit: too much'),
  new ClusterError('INVALID_ARGUMENT', 'body.other: not on the form'),
  new ClusterError('INVALID_ARGUMENT', 'the code has expired'),
  new ClusterError('CONFLICT', 'body.email: taken'),
  new Error('unforeseen'),
])('what belongs to no field stays whole: %s', (error) => {
  expect(problemFields(error, names)).toEqual({ fields: {}, rest: error });
});

test('no error, nothing to say', () => {
  expect(problemFields(null, names)).toEqual({ fields: {}, rest: null });
});
