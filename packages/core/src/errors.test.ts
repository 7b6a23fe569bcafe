import { describe, expect, test } from 'vitest';
import { ClusterError, errorTable, isErrorCode, toClusterError } from './errors.ts';

/** The names of google.rpc.Code, which gRPC statuses are. */
const grpcNames = new Set([
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]);

describe('every code', () => {
  test.each(Object.entries(errorTable))('%s has its statuses and one sentence of meaning', (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(entry.http >= 400 && entry.http <= 599).toBe(true);
    expect(grpcNames).toContain(entry.grpc);
    expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
    if (!isErrorCode(code)) throw new Error(`${code} is not a code of its own table`);
    const error = new ClusterError(code, 'text');
    expect({ name: error.name, http: error.httpStatus, retryable: error.retryable }).toEqual({
      name: 'ClusterError',
      http: entry.http,
      retryable: entry.retryable,
    });
  });

  test('what may be repeated is never the fault of the request', () => {
    const faults = Object.entries(errorTable).filter(
      // The one that only came too early.
      ([code, { http, retryable }]) =>
        code !== 'REQUEST_IN_PROGRESS' && retryable && [400, 401, 403, 404, 405, 409, 413].includes(http),
    );
    expect(faults).toEqual([]);
  });
});

test('members of every object are no codes', () => {
  const others = ['constructor', 'toString', '__proto__', 'not_found', '', null, undefined, 404];
  expect(others.filter(isErrorCode)).toEqual([]);
});

test('what was thrown stays as it is, or becomes a defect that says nothing and keeps its cause', () => {
  const known = new ClusterError('OVERLOADED', 'the queue is full', { retryAfterSeconds: 1, fix: 'Send less.' });
  expect(toClusterError(known)).toBe(known);
  expect(known).toMatchObject({ retryAfterSeconds: 1, fix: 'Send less.' });
  for (const thrown of [new Error('secret'), 'secret', null, undefined, { message: 'secret' }]) {
    const error = toClusterError(thrown);
    expect(error.code).toBe('INTERNAL');
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBe(thrown);
  }
});
