import { roles } from '@cluster-ai/core/access/roles.ts';
import type { KeyAction, Role } from '@cluster-ai/core/access/roles.ts';
import { describe, expect, test } from 'vitest';
import { createAccessRule } from './access.ts';
import type { AccessSources, RouteAccess } from './access.ts';
import type { Credentials } from './call-origin.ts';
import { createHosts } from './hosts.ts';

const cookieToken = 'c'.repeat(43);
const scope = { models: null, ratePerSecond: null, burst: null, dailyQuota: null };

interface Options {
  readonly role?: Role;
  readonly actions?: readonly KeyAction[];
  readonly loopback?: AccessSources['loopback'];
}

function rule({ role, actions, loopback = 'exempt' }: Options = {}) {
  const state = { signedIn: true, uses: 0 };
  const access = createAccessRule({
    tokens: {
      adminSha256: '',
      ownerOf: (token) => (token === 'admin' || token === 'gateway' ? token : null),
    },
    keys: {
      find: async (token) =>
        token === 'key' && actions !== undefined
          ? { id: 'k1', ownerId: null, scope: { ...scope, actions: [...actions] } }
          : null,
    },
    sessions: {
      find: async (token, use) => {
        if (use) state.uses += 1;
        if (token !== cookieToken || role === undefined || !state.signedIn) return null;
        return { userId: 'u1', email: 'ada@example.com', role };
      },
    },
    wrongTokens: { count: async () => undefined },
    hosts: createHosts({ host: '127.0.0.1', allowedHosts: [] }, () => []),
    loopback,
  });
  return { access, state };
}

function call(headers: Credentials['headers'] = {}, address = '10.0.0.7'): Credentials {
  const client = { address, https: false, overLoopback: address === '127.0.0.1' };
  return { method: 'GET', client, headers: { host: 'localhost:3000', ...headers } };
}

const cookie = { cookie: `other=1; cluster-ai-session=${cookieToken}` };
const every: readonly RouteAccess[] = ['public', 'read', 'predict', 'viewer', 'operator', 'admin', 'gateway'];

async function allowed(options: Options, credentials: Credentials): Promise<readonly RouteAccess[]> {
  const { access } = rule(options);
  const outcomes = await Promise.all(
    every.map((needed) =>
      access.authorize(needed, credentials).then(
        () => [needed],
        () => [],
      ),
    ),
  );
  return outcomes.flat();
}

describe('what each caller may', () => {
  test('a role includes the ones before it, and reads and predicts', async () => {
    const seen = await Promise.all(roles.map((role) => allowed({ role }, call(cookie))));
    expect(seen).toEqual([
      ['public', 'read', 'predict', 'viewer'],
      ['public', 'read', 'predict', 'viewer', 'operator'],
      ['public', 'read', 'predict', 'viewer', 'operator', 'admin'],
    ]);
  });

  test.each([
    ['nobody', {}, {}, ['public']],
    ['the admin token', {}, { authorization: 'Bearer admin' }, every.filter((access) => access !== 'gateway')],
    ['a gateway', {}, { authorization: 'Bearer gateway' }, ['public', 'gateway']],
    ['a key that predicts', { actions: ['infer'] }, { authorization: 'Bearer key' }, ['public', 'predict']],
    ['a key that reads', { actions: ['read'] }, { authorization: 'Bearer key' }, ['public', 'read', 'viewer']],
    [
      'a key that predicts and operates',
      { actions: ['infer', 'operate'] },
      { authorization: 'bearer key' },
      ['public', 'read', 'predict', 'viewer', 'operator'],
    ],
    ['a wrong token, even where none is needed', {}, { authorization: 'Bearer wrong' }, []],
    ['another scheme', {}, { authorization: 'Basic a2V5' }, []],
    ['a wrong token beside a good session', { role: 'admin' }, { ...cookie, authorization: 'Bearer wrong' }, []],
    ['a session that nobody has', {}, cookie, ['public']],
  ] as const)('%s', async (_who, options, headers, expected) => {
    expect(await allowed(options, call(headers))).toEqual(expected);
  });

  test('a program on this machine reads and predicts, unless the exemption is switched off', async () => {
    expect(await allowed({}, call({}, '127.0.0.1'))).toEqual(['public', 'read', 'predict']);
    expect(await allowed({ loopback: 'required' }, call({}, '127.0.0.1'))).toEqual(['public']);
  });

  test('who is told in the audit log', async () => {
    const actor = async (options: Options, headers: Credentials['headers'], address?: string) =>
      (await rule(options).access.authorize('public', call(headers, address))).actor;
    expect(await actor({ role: 'viewer' }, cookie)).toBe('ada@example.com');
    expect(await actor({ actions: ['read'] }, { authorization: 'Bearer key' })).toBe('key:k1');
    expect(await actor({}, { authorization: 'Bearer admin' })).toBe('admin-token');
    expect(await actor({}, {}, '127.0.0.1')).toBe('local');
    expect(await actor({}, {})).toBe('anonymous');
  });

  test('a refusal names the role that is needed and the one that is there', async () => {
    await expect(rule({ role: 'viewer' }).access.authorize('operator', call(cookie))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'this call needs the role operator; the caller has viewer',
    });
    await expect(rule().access.authorize('operator', call())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'this call needs the role operator',
    });
  });
});

describe('a second look at a caller whose answer goes on', () => {
  test('lets those go on who would be let in again, and counts as no use of the session', async () => {
    const { access, state } = rule({ role: 'viewer' });
    const principal = await access.authorize('read', call(cookie));
    await access.recheck(principal);
    expect(state.uses).toBe(1);
    state.signedIn = false;
    await expect(access.recheck(principal)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('two callers with one credential are told apart', async () => {
    const { access } = rule();
    const first = await access.authorize('public', call({ authorization: 'Bearer gateway' }));
    await access.authorize('gateway', call({ authorization: 'Bearer gateway' }));
    await expect(access.recheck(first)).resolves.toBeUndefined();
  });
});
