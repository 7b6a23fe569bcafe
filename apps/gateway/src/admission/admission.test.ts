import { expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { deadlineOf } from './deadline.ts';

const limits = { inFlightMax: 2, bodyBytesInFlightMax: 1_000 };

test('the gateway takes as many as it may, refuses the next with the advice to come back, and takes again', () => {
  const admission = new Admission(limits);
  admission.enter();
  admission.enter();
  expect(() => admission.enter()).toThrow(expect.objectContaining({ code: 'OVERLOADED', retryAfterSeconds: 1 }));
  expect(admission.inFlight).toBe(2);
  expect(admission.refused).toEqual({ requests: 1, body_bytes: 0 });
  admission.leave(0);
  admission.enter();
  expect(admission.inFlight).toBe(2);
});

test('bodies have room together, and what was refused takes none', () => {
  const admission = new Admission(limits);
  admission.enter();
  admission.keep(600);
  admission.enter();
  admission.keep(300);
  expect(() => admission.keep(101)).toThrow(
    expect.objectContaining({
      code: 'OVERLOADED',
      message: 'the gateway is full: the bodies of requests inside may have 1000 bytes together',
      retryAfterSeconds: 1,
    }),
  );
  admission.keep(100);
  expect([admission.bodyBytes, admission.refused.body_bytes]).toEqual([1_000, 1]);
  admission.leave(600);
  admission.keep(600);
  admission.leave(1_000);
  expect([admission.bodyBytes, admission.inFlight]).toEqual([0, 0]);
});

test('stopping refuses nothing that has arrived', () => {
  const admission = new Admission(limits);
  admission.stop();
  expect(admission.stopping).toBe(true);
  expect(() => admission.enter()).not.toThrow();
});

test.each([
  ['no timeout', undefined, 30_100],
  ['0, which is none', 0, 30_100],
  ['a second', 1_000_000, 1_100],
  ['a microsecond', 1, 100.001],
  ['more than the default', 3_600_000_000, 30_100],
  ['more than a double holds', 10n ** 20n, 30_100],
])('a request with %s has its deadline', (_what, timeout, expected) => {
  expect(deadlineOf(timeout === undefined ? {} : { timeout }, 100, 30_000)).toBeCloseTo(expected, 9);
});

test.each([-1, 0.5, '1000', true, Number.NaN, -(10n ** 20n)])('a timeout of %s is refused', (timeout) => {
  expect(() => deadlineOf({ timeout }, 0, 30_000)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining("'timeout'") }),
  );
});
