import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import { apiKeyOf } from '@cluster-ai/core/access/api-key.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Call } from '@cluster-ai/platform/edge/edge.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { fakeCall } from '@cluster-ai/testkit/fake-call.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotKey } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { AddressLockout } from './address-lockout.ts';
import { createAuthenticate } from './authenticate.ts';
import { assertMay } from './caller.ts';
import { KeyRing } from './key-ring.ts';
import { PredictTokens } from './predict-tokens.ts';
import { KeyUses } from '../limits/key-uses.ts';

const local = { host: 'localhost:8000' };
const rule = { attemptsMax: 20, windowMs: 60_000, lockMs: 30_000 };

function setUp(auth: 'loopback-exempt' | 'required', keys: readonly SnapshotKey[] = [snapshotKey('good')]) {
  const clock = new FakeClock();
  const ring = new KeyRing(new KeyUses(clock));
  ring.replace(keys);
  const lockout = new AddressLockout({ rule, clock, log: new MemoryLog(), redis: null });
  const authenticate = createAuthenticate({
    keys: ring,
    tokens: new PredictTokens(),
    lockout,
    auth,
    trustedProxies: ['10.0.0.0/8'],
    clock,
  });
  const verdict = async (call: Call): Promise<string> => {
    try {
      const caller = await authenticate(call);
      assertMay(caller, 'infer');
      return caller.id;
    } catch (error) {
      return error instanceof ClusterError ? error.code : String(error);
    }
  };
  return { clock, ring, verdict };
}

test.each(['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1'])(
  'a call from %s to a loopback name needs no key',
  async (remoteAddress) => {
    const { verdict } = setUp('loopback-exempt');
    for (const host of ['localhost', 'localhost:8000', '127.0.0.1:8000', '[::1]:8000']) {
      expect(await verdict(fakeCall({ remoteAddress, headers: { host } }))).toBe('local');
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
])('a call %s needs a key', async (_how, remoteAddress, headers) => {
  const { verdict } = setUp('loopback-exempt');
  expect(await verdict(fakeCall({ remoteAddress, headers }))).toBe('UNAUTHENTICATED');
  expect(await verdict(fakeCall({ remoteAddress, headers: { ...headers, authorization: 'Bearer good' } }))).toBe(
    'id-of-good',
  );
});

test('a wrong key is refused even where none is needed', async () => {
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
    expect(await verdict(fakeCall({ headers: { ...local, authorization } }))).toBe('UNAUTHENTICATED');
  }
});

test('of two credentials none counts, whichever is right', async () => {
  const { verdict } = setUp('loopback-exempt');
  const once = fakeCall({ headers: { ...local, authorization: 'Bearer good' } });
  for (const second of ['Bearer good', 'Bearer wrong']) {
    const headers = [...once.headers, ['authorization', second] as const];
    expect(await verdict({ ...once, header: (name) => once.header(name), headers })).toBe('UNAUTHENTICATED');
  }
});

test('`required` ends the exemption', async () => {
  const { verdict } = setUp('required');
  expect(await verdict(fakeCall({ headers: local }))).toBe('UNAUTHENTICATED');
  expect(await verdict(fakeCall({ headers: { ...local, authorization: 'bearer good' } }))).toBe('id-of-good');
});

test('a key without the action infer is known but not allowed', async () => {
  const { verdict } = setUp('required', [snapshotKey('admin-only', { actions: ['admin'] })]);
  expect(await verdict(fakeCall({ headers: { authorization: 'Bearer admin-only' } }))).toBe('PERMISSION_DENIED');
});

test('a key ends at its time, also for a client that used it before', async () => {
  const { verdict, clock } = setUp('required', [
    snapshotKey('brief', { expiresAtMs: new FakeClock().wallMs() + 1_000 }),
  ]);
  const call = fakeCall({ headers: { authorization: 'Bearer brief' } });
  expect(await verdict(call)).toBe('id-of-brief');
  clock.advance(999);
  expect(await verdict(call)).toBe('id-of-brief');
  clock.advance(1);
  expect(await verdict(call)).toBe('UNAUTHENTICATED');
});

test('a new snapshot revokes and adds keys at once, also those that were remembered', async () => {
  const { verdict, ring } = setUp('required');
  const [before, after] = ['good', 'new'].map((token) => fakeCall({ headers: { authorization: `Bearer ${token}` } }));
  if (before === undefined || after === undefined) throw new Error('two calls were made');
  expect([await verdict(before), await verdict(after)]).toEqual(['id-of-good', 'UNAUTHENTICATED']);
  ring.replace([snapshotKey('new')]);
  expect([await verdict(before), await verdict(after)]).toEqual(['UNAUTHENTICATED', 'id-of-new']);
});

test('a flood of wrong keys does not push out the right one', async () => {
  const { verdict } = setUp('required');
  for (let count = 0; count < 10_050; count += 1) {
    await verdict(fakeCall({ headers: { authorization: `Bearer wrong-${count}` } }));
  }
  expect(await verdict(fakeCall({ headers: { authorization: 'Bearer good' } }))).toBe('id-of-good');
});

test('a call that came in at an address of the network needs a key, wherever it says that it is from', async () => {
  const { verdict } = setUp('loopback-exempt');
  expect(await verdict(fakeCall({ localAddress: '192.0.2.1', headers: local }))).toBe('UNAUTHENTICATED');
});

test('unknown keys lock their address out, except for good keys', async () => {
  const { verdict, clock } = setUp('loopback-exempt');
  const from = (remoteAddress: string, key: string) =>
    verdict(fakeCall({ remoteAddress, headers: { authorization: `Bearer ${key}` } }));
  for (let count = 1; count <= rule.attemptsMax; count += 1) {
    expect(await from('192.0.2.7', `wrong-${count}`)).toBe('UNAUTHENTICATED');
  }
  expect(await from('192.0.2.7', 'wrong-again')).toBe('LOCKED_OUT');
  expect(await from('192.0.2.8', 'wrong')).toBe('UNAUTHENTICATED');
  expect(await from('192.0.2.7', 'good')).toBe('id-of-good');
  expect(await verdict(fakeCall({ remoteAddress: '192.0.2.7' }))).toBe('UNAUTHENTICATED');
  clock.advance(rule.lockMs);
  expect(await from('192.0.2.7', 'wrong-again')).toBe('UNAUTHENTICATED');
});

test('behind a trusted proxy the client is locked out, not the proxy; nobody else is believed', async () => {
  const { verdict } = setUp('loopback-exempt');
  const through = (remoteAddress: string, client: string) =>
    verdict(fakeCall({ remoteAddress, headers: { authorization: 'Bearer wrong', 'x-forwarded-for': client } }));
  for (let count = 1; count <= rule.attemptsMax; count += 1) await through('10.0.0.1', '192.0.2.7');
  expect(await through('10.0.0.1', '192.0.2.7')).toBe('LOCKED_OUT');
  expect(await through('10.0.0.1', '192.0.2.8')).toBe('UNAUTHENTICATED');
  for (let count = 1; count <= rule.attemptsMax; count += 1) await through('203.0.113.1', `192.0.2.${count}`);
  expect(await through('203.0.113.1', '192.0.2.99')).toBe('LOCKED_OUT');
});

test('a proxy on this machine that was named is not this machine', async () => {
  const clock = new FakeClock();
  const authenticate = createAuthenticate({
    keys: new KeyRing(new KeyUses(clock)),
    tokens: new PredictTokens(),
    lockout: { attempt: async () => 0 },
    auth: 'loopback-exempt',
    trustedProxies: ['127.0.0.1'],
    clock,
  });
  expect(() => authenticate(fakeCall({ headers: local }))).toThrow('this call needs a key');
});

test('a key that was copied wrong is told apart from one that nobody has', async () => {
  const { ring, clock } = setUp('required');
  const lockout = { attempt: async () => 0 };
  const authenticate = createAuthenticate({
    keys: ring,
    tokens: new PredictTokens(),
    lockout,
    auth: 'required',
    trustedProxies: [],
    clock,
  });
  const key = apiKeyOf(new Uint8Array(32));
  const sentence = async (token: string) =>
    authenticate(fakeCall({ headers: { authorization: `Bearer ${token}` } })) as Promise<never>;
  await expect(sentence(key)).rejects.toThrow('the key is not known, or has been revoked');
  await expect(sentence(key.replace('A', 'B'))).rejects.toThrow('its checksum does not fit');
});
