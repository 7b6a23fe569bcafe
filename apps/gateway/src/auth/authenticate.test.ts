import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Call } from '@cluster-ai/platform/edge/edge.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { fakeCall } from '@cluster-ai/testkit/fake-call.ts';
import { snapshotKey } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { createAuthenticate } from './authenticate.ts';
import { KeyRing } from './key-ring.ts';

const local = { host: 'localhost:8000' };

function setUp(auth: 'loopback-exempt' | 'required', keys: readonly SnapshotKey[] = [snapshotKey('good')]) {
  const clock = new FakeClock();
  const ring = new KeyRing();
  ring.replace(keys);
  const authenticate = createAuthenticate({ keys: ring, auth, clock });
  const verdict = (call: Call): string => {
    try {
      return authenticate(call).id;
    } catch (error) {
      return error instanceof ClusterError ? error.code : String(error);
    }
  };
  return { clock, ring, verdict };
}

test.each(['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1'])(
  'a call from %s to a loopback name needs no key',
  (remoteAddress) => {
    const { verdict } = setUp('loopback-exempt');
    for (const host of ['localhost', 'localhost:8000', '127.0.0.1:8000', '[::1]:8000']) {
      expect(verdict(fakeCall({ remoteAddress, headers: { host } }))).toBe('local');
    }
  },
);

test.each([
  ['from another machine', '192.0.2.7', local],
  ['from an address that only looks like this machine', '127.0.0.1.evil.example', local],
  ['without an address, from a client that is gone', '', local],
  ['for a name that was rebound to this machine', '127.0.0.1', { host: 'evil.example' }],
  ['without a Host', '127.0.0.1', {}],
  ['from a page in a browser', '127.0.0.1', { ...local, origin: 'https://evil.example' }],
  ['from a page without an origin', '127.0.0.1', { ...local, origin: 'null' }],
  ['through a proxy that says Forwarded', '127.0.0.1', { ...local, forwarded: 'for=192.0.2.7' }],
  ['through a proxy that says X-Forwarded-For', '127.0.0.1', { ...local, 'x-forwarded-for': '192.0.2.7' }],
  ['through a proxy that says Via', '127.0.0.1', { ...local, via: '1.1 proxy' }],
  ['through a proxy that says X-Real-IP', '127.0.0.1', { ...local, 'x-real-ip': '192.0.2.7' }],
])('a call %s needs a key', (_how, remoteAddress, headers) => {
  const { verdict } = setUp('loopback-exempt');
  expect(verdict(fakeCall({ remoteAddress, headers }))).toBe('UNAUTHENTICATED');
  expect(verdict(fakeCall({ remoteAddress, headers: { ...headers, authorization: 'Bearer good' } }))).toBe(
    'id-of-good',
  );
});

test('a wrong key is refused even where none is needed', () => {
  const { verdict } = setUp('loopback-exempt');
  for (const authorization of [
    'Bearer wrong',
    'Bearer ',
    'Bearer',
    'Basic Z29vZA==',
    'good',
    '',
    `Bearer ${'x'.repeat(513)}`,
    'Bearer good good',
  ]) {
    expect(verdict(fakeCall({ headers: { ...local, authorization } }))).toBe('UNAUTHENTICATED');
  }
});

test('`required` ends the exemption', () => {
  const { verdict } = setUp('required');
  expect(verdict(fakeCall({ headers: local }))).toBe('UNAUTHENTICATED');
  expect(verdict(fakeCall({ headers: { ...local, authorization: 'bearer good' } }))).toBe('id-of-good');
});

test('a key without the action infer is known but not allowed', () => {
  const { verdict } = setUp('required', [snapshotKey('admin-only', { actions: ['admin'] })]);
  expect(verdict(fakeCall({ headers: { authorization: 'Bearer admin-only' } }))).toBe('PERMISSION_DENIED');
});

test('a key ends at its time, also for a client that used it before', () => {
  const { verdict, clock } = setUp('required', [
    snapshotKey('brief', { expiresAtMs: new FakeClock().wallMs() + 1_000 }),
  ]);
  const call = fakeCall({ headers: { authorization: 'Bearer brief' } });
  expect(verdict(call)).toBe('id-of-brief');
  clock.advance(999);
  expect(verdict(call)).toBe('id-of-brief');
  clock.advance(1);
  expect(verdict(call)).toBe('UNAUTHENTICATED');
});

test('a new snapshot revokes and adds keys at once, also those that were remembered', () => {
  const { verdict, ring } = setUp('required');
  const [before, after] = ['good', 'new'].map((token) => fakeCall({ headers: { authorization: `Bearer ${token}` } }));
  if (before === undefined || after === undefined) throw new Error('two calls were made');
  expect([verdict(before), verdict(after)]).toEqual(['id-of-good', 'UNAUTHENTICATED']);
  ring.replace([snapshotKey('new')]);
  expect([verdict(before), verdict(after)]).toEqual(['UNAUTHENTICATED', 'id-of-new']);
});

test('a flood of wrong keys does not push out the right one', () => {
  const { verdict } = setUp('required');
  for (let count = 0; count < 10_050; count += 1) {
    verdict(fakeCall({ headers: { authorization: `Bearer wrong-${count}` } }));
  }
  expect(verdict(fakeCall({ headers: { authorization: 'Bearer good' } }))).toBe('id-of-good');
});

test('a call that came in at an address of the network needs a key, wherever it says that it is from', () => {
  const { verdict } = setUp('loopback-exempt');
  expect(verdict(fakeCall({ localAddress: '192.0.2.1', headers: local }))).toBe('UNAUTHENTICATED');
});
