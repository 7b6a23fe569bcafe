import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { mapDatabaseError } from './database-errors.ts';

const coded = (code: string): Error => Object.assign(new Error('as the driver says it'), { code });

test.each([
  ['a refused connection', coded('ECONNREFUSED'), 'DATABASE_UNAVAILABLE'],
  ['a socket that is not there', coded('ENOENT'), 'DATABASE_UNAVAILABLE'],
  ['a crash of the server', coded('57P02'), 'DATABASE_UNAVAILABLE'],
  ['a server that starts', coded('57P03'), 'DATABASE_UNAVAILABLE'],
  ['a connection failure', coded('08006'), 'DATABASE_UNAVAILABLE'],
  ['a statement past its limit', coded('57014'), 'DATABASE_UNAVAILABLE'],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'DATABASE_UNAVAILABLE'],
  ['no free connection', new Error('timeout exceeded when trying to connect'), 'DATABASE_UNAVAILABLE'],
  ['changes in each other\u2019s way', coded('40P01'), 'DATABASE_UNAVAILABLE'],
  ['a full disk', coded('53100'), 'STORAGE_FULL'],
  ['the same thing written twice', coded('23505'), 'CONFLICT'],
])('%s', (_what, error, code) => {
  expect(mapDatabaseError(error)).toMatchObject({ code, cause: error });
});

test('a defect stays a defect, and our own errors stay what they are', () => {
  for (const error of [coded('42P01'), new TypeError('x is not a function'), new ClusterError('CONFLICT', 'no')]) {
    expect(mapDatabaseError(error)).toBe(error);
  }
});
