import { createSetupCode } from '@cluster-ai/contract/api/session.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const ana: users.User = {
  id: '2b6f0cc9-04d3-4b1e-a3ad-9d2c5d8c3a11',
  email: 'ana@example.com',
  name: 'Ana',
  role: 'viewer',
  state: 'active',
  signsInWith: 'password',
  createdAt: '2026-01-01T10:00:00.000Z',
  createdBy: 'admin-token',
  lastSignInAt: null,
  lockedUntil: null,
  sessions: 0,
};
const expiresAt = '2026-01-04T10:00:00.000Z';
const url = 'http://localhost:3000/invite#one-time-token';

let plane: FakeControlPlane;
beforeAll(async () => {
  plane = await startFakeControlPlane([
    answering(users.listUsers, () => ({ items: [ana], next: null, total: 1, totalIsBound: false })),
    answering(users.getUser, () => ana),
    answering(users.inviteUser, ({ body }) => ({ user: { ...ana, ...body }, url, expiresAt })),
    answering(users.createUserLink, () => ({ user: ana, url, expiresAt })),
    answering(users.updateUser, ({ body }) => {
      if (body.role === 'admin') throw new ClusterError('PERMISSION_DENIED', 'this needs the role admin');
      const state = body.disabled === true ? ('disabled' as const) : ana.state;
      return { ...ana, role: body.role ?? ana.role, state };
    }),
    answering(users.deleteUser, ({ params }) => ({ deleted: params.id })),
    answering(createSetupCode, () => ({ code: 'one-time-code', url, expiresAt })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => {
  plane.calls.length = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

function user(...words: string[]) {
  return captureCli('user', ...words, '--server', plane.url);
}

test('an invitation prints the link alone on stdout, and on stderr how to hand it over', async () => {
  const { code, stdout, stderr } = await user('invite', 'ana@example.com', '--role', 'operator');
  expect([code, stdout]).toEqual([0, `${url}\n`]);
  expect(stderr).toContain('ana@example.com (operator) sets a name and a password with this link');
  expect(stderr).toContain('It works once, until 2026-01-04 10:00Z, and is not shown again.');
  expect(stderr).not.toContain('one-time-token');
  expect(plane.calls[0]).toMatchObject({
    id: 'inviteUser',
    body: { email: 'ana@example.com', role: 'operator' },
    headers: { authorization: 'Bearer cai_test' },
  });
});

test('an invitation as data is the whole answer, and nothing else is printed', async () => {
  const { stdout, stderr } = await user('invite', 'ana@example.com', '-o', 'json');
  expect([JSON.parse(stdout), stderr]).toEqual([{ user: { ...ana, role: 'viewer' }, url, expiresAt }, '']);
});

test('a person is named by e-mail, in whichever case, or by id', async () => {
  expect((await user('disable', 'Ana@Example.com')).stdout).toBe(
    'ana@example.com is disabled; undo it with: cluster-ai user enable ana@example.com\n',
  );
  expect(plane.calls.at(-1)).toMatchObject({ params: { id: ana.id }, body: { disabled: true } });
  expect((await user('enable', ana.id)).stdout).toBe('ana@example.com is active again\n');
  expect(plane.calls.at(-1)).toMatchObject({ params: { id: ana.id }, body: { disabled: false } });
  expect((await user('role', 'ana@example.com', 'operator')).stdout).toBe('ana@example.com is operator from now on\n');
  expect((await user('link', 'ana@example.com')).stdout).toBe(`${url}\n`);
});

test('an unknown person is an error that says where to look', async () => {
  const { code, stdout, stderr } = await user('role', 'bob@example.com', 'viewer');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    'error: nobody has the e-mail address bob@example.com\nfix: cluster-ai user list shows everybody\n',
  );
});

test('what is not allowed ends with 5 and says who could allow it', async () => {
  const { code, stderr } = await user('role', 'ana@example.com', 'admin');
  expect(code).toBe(5);
  expect(stderr).toContain('error: this needs the role admin');
  expect(stderr).toContain('fix: see what you may do with cluster-ai whoami');
});

test('a role that is none is refused with those there are', async () => {
  const { code, stderr } = await user('invite', 'ana@example.com', '--role', 'boss');
  expect([code, plane.calls]).toEqual([2, []]);
  expect(stderr).toContain('Allowed choices are viewer, operator, admin');
});

test('a person is deleted only when it was confirmed', async () => {
  const unconfirmed = await user('delete', 'ana@example.com');
  expect([unconfirmed.code, unconfirmed.stderr]).toEqual([2, expect.stringContaining('fix: add --yes')]);
  expect(plane.calls.map(({ id }) => id)).not.toContain('deleteUser');
  expect((await user('delete', 'ana@example.com', '--yes')).stdout).toBe('deleted ana@example.com\n');
});

test('people are listed with what tells them apart', async () => {
  const { stdout } = await user('list');
  expect(stdout).toMatch(/^E-MAIL\s+NAME\s+ROLE\s+STATE\s+LAST SIGN-IN\s+SESSIONS\s+ID\n/);
  expect(stdout).toMatch(/\nana@example\.com\s+Ana\s+viewer\s+active\s+never\s+0\s+2b6f0cc9/);
  expect((await user('show', 'ana@example.com')).stdout).toMatch(/created\s+2026-01-01 10:00Z by admin-token/);
});

test('the code for the first administrator is a link as well', async () => {
  const { stdout, stderr } = await user('setup-code');
  expect([stdout, stderr]).toEqual([`${url}\n`, expect.stringContaining('first administrator')]);
});
