import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import { getSession, signIn, signOut } from '@cluster-ai/contract/api/session.ts';
import type { Session } from '@cluster-ai/contract/api/session.ts';
import { whoAmI } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeCall, FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../testing/capture-cli.ts';

const password = 'correct horse battery staple';
const secret = 'cai_the_key_of_this_machine';
const cookie = 'cluster_ai_session=s3ss10n';
const csrfToken = 'csrf-1';

const anonymous: Session = {
  authenticated: false,
  user: null,
  role: null,
  via: null,
  csrfToken: null,
  expiresAt: null,
  setupNeeded: false,
  oidc: null,
  passwordLengthMin: 12,
};
const ana: Session = {
  ...anonymous,
  authenticated: true,
  user: {
    id: '2b6f0cc9-04d3-4b1e-a3ad-9d2c5d8c3a11',
    name: 'Ana',
    email: 'ana@example.com',
    role: 'operator',
    hasPassword: true,
  },
  role: 'operator',
  via: 'session',
  csrfToken,
};

let plane: FakeControlPlane;
let folder: string;
let role: 'viewer' | 'operator';
let revoked: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'login-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('CLUSTER_AI_HOME', join(folder, 'no-home'));
  vi.stubEnv('CLUSTER_AI_TOKEN', '');
  vi.stubEnv('CLUSTER_AI_SERVER', '');
  role = 'operator';
  revoked = [];
  plane = await startFakeControlPlane([
    answering(
      signIn,
      ({ body }) => {
        if (body.password === password) return { ...ana, role };
        throw new ClusterError('UNAUTHENTICATED', 'e-mail or password is wrong');
      },
      { 'set-cookie': `${cookie}; Path=/; HttpOnly; SameSite=Strict` },
    ),
    answering(signOut, () => ({ signedOut: true as const })),
    answering(getSession, (call) => (isAna(call) ? { ...ana, role } : anonymous)),
    answering(whoAmI, (call) => {
      if (isAna(call) || call.headers.authorization === `Bearer ${secret}`) return { actor: 'ana@example.com' };
      throw new ClusterError('UNAUTHENTICATED', 'the token is not known here');
    }),
    answering(keys.createKey, ({ body, headers }) => {
      if (headers.cookie !== cookie || headers['x-csrf-token'] !== csrfToken) throw new Error('no CSRF token');
      if (role === 'viewer') throw new ClusterError('PERMISSION_DENIED', 'this needs the role operator');
      return { key: keyOf(body.name, body.expiresAt), secret, snapshotVersion: 1 };
    }),
    answering(keys.revokeKey, ({ params, headers }) => {
      if (headers.authorization !== `Bearer ${secret}`) throw new Error('another key revokes');
      revoked.push(params.id);
      return { key: keyOf('cli', null), snapshotVersion: 2 };
    }),
  ]);
});
afterEach(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});

function isAna({ headers }: FakeCall): boolean {
  return headers.cookie === cookie;
}

function keyOf(name: string, expiresAt: string | null): keys.ApiKey {
  return {
    id: 'k1',
    name,
    prefix: 'cai_the',
    state: 'active',
    actions: ['infer', 'read', 'operate'],
    models: null,
    ratePerSecond: null,
    burst: null,
    dailyQuota: null,
    createdBy: 'ana@example.com',
    ownerId: null,
    createdAt: '2026-01-01T10:00:00.000Z',
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
    usedToday: 0,
  };
}

async function withInput(input: string, ...words: string[]) {
  const stdin = vi.spyOn(process, 'stdin', 'get');
  // A stream is all that is read of it when no terminal is there.
  stdin.mockReturnValue(Object.assign(Readable.from([Buffer.from(input)]), { isTTY: false }) as typeof process.stdin);
  try {
    return await captureCli(...words);
  } finally {
    stdin.mockRestore();
  }
}

function signInAs(typed: string) {
  return withInput(typed, 'login', '--server', plane.url, '--email', 'ana@example.com', '--password-stdin');
}

const loginFile = () => join(folder, 'cluster-ai/login.json');

test('a password becomes a key of this machine, which is stored in place of the password', async () => {
  const { code, stdout, stderr } = await signInAs(`${password}\n`);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`logged in to ${plane.url} as ana@example.com`);
  expect(stdout).toContain(`key cli@${hostname()} works until`);
  expect(stdout).not.toContain(secret);
  const stored = readFileSync(loginFile(), 'utf8');
  expect(JSON.parse(stored)).toMatchObject({ server: plane.url, token: secret, key: { id: 'k1' } });
  expect([stored.includes(password), statSync(loginFile()).mode & 0o777]).toEqual([false, 0o600]);
  expect(plane.calls.find(({ id }) => id === 'createKey')?.body).toMatchObject({
    actions: ['infer', 'read', 'operate'],
    models: null,
  });
  expect(plane.calls.map(({ id }) => id)).toEqual(['signIn', 'createKey', 'signOut', 'whoAmI']);
});

test('a wrong password stores nothing and ends with 5', async () => {
  const { code, stderr } = await signInAs('wrong\n');
  expect([code, stderr]).toEqual([5, 'error: e-mail or password is wrong\nrequest: req-1\n']);
  expect(existsSync(loginFile())).toBe(false);
});

test('logout revokes the key and forgets it; a second one has nothing to do', async () => {
  await signInAs(password);
  const first = await captureCli('logout');
  expect([first.code, first.stdout]).toEqual([0, `logged out of ${plane.url}; key cli@${hostname()} (k1) has ended\n`]);
  expect([revoked, existsSync(loginFile())]).toEqual([['k1'], false]);
  expect((await captureCli('logout')).stdout).toBe('nobody is logged in\n');
});

test('a server that is away keeps the login, unless it is to be forgotten here alone', async () => {
  await signInAs(password);
  await plane.close();
  const away = await captureCli('logout');
  expect([away.code, away.stderr]).toEqual([4, expect.stringContaining('fix: try again, or forget it')]);
  expect(existsSync(loginFile())).toBe(true);
  const local = await captureCli('logout', '--local');
  expect([local.code, local.stdout]).toEqual([0, expect.stringMatching(/\(k1\) still works until 20/)]);
  expect(existsSync(loginFile())).toBe(false);
  plane = await startFakeControlPlane([]);
});

test('signing in again revokes the key before', async () => {
  await signInAs(password);
  await signInAs(password);
  expect(revoked).toEqual(['k1']);
  expect(existsSync(loginFile())).toBe(true);
});

test('who may not make keys keeps the session, and logout ends it', async () => {
  role = 'viewer';
  const { code, stdout } = await signInAs(password);
  expect([code, stdout]).toEqual([0, expect.stringContaining('the session ends when it is not used')]);
  expect(JSON.parse(readFileSync(loginFile(), 'utf8'))).toEqual({ server: plane.url, session: { cookie, csrfToken } });
  expect((await captureCli('whoami')).stdout).toMatch(/who\s+Ana <ana@example\.com>\nrole\s+viewer/);
  await captureCli('logout');
  expect(plane.calls.at(-1)).toMatchObject({
    id: 'signOut',
    headers: { cookie, origin: plane.url, 'x-csrf-token': csrfToken },
  });
});

test('whoami says how to sign in when nobody is', async () => {
  const { code, stderr } = await captureCli('whoami', '--server', plane.url);
  expect([code, stderr]).toEqual([
    5,
    `error: ${plane.url} does not know who you are\nfix: sign in: cluster-ai login --server ${plane.url}\n`,
  ]);
});

test.each([
  [['login', '--email', 'ana@example.com'], 'there is no terminal to ask for the password on'],
  [['login', '--password-stdin'], 'login with --password-stdin needs --email'],
  [['login', '--token-stdin', '--email', 'ana@example.com'], "'--token-stdin' cannot be used with option '--email"],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await withInput('', ...words, '--server', plane.url);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('a key that is brought along is stored as it is, and logout leaves it', async () => {
  const { code } = await withInput(`${secret}\n`, 'login', '--server', plane.url, '--token-stdin');
  expect([code, JSON.parse(readFileSync(loginFile(), 'utf8'))]).toEqual([0, { server: plane.url, token: secret }]);
  expect((await captureCli('logout')).stdout).toContain('the token that was brought along still works');
  expect(revoked).toEqual([]);
});
