import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const secret = 'cai_0123456789secret';
const ci: keys.ApiKey = {
  id: 'k1',
  name: 'ci',
  prefix: 'cai_012345',
  state: 'active',
  actions: ['infer', 'read'],
  models: null,
  ratePerSecond: null,
  burst: null,
  dailyQuota: null,
  createdBy: 'admin-token',
  ownerId: null,
  createdAt: '2026-01-01T10:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  usedToday: 0,
};
const twins = [
  { ...ci, id: 'k2', name: 'twin' },
  { ...ci, id: 'k3', name: 'twin' },
];
const old: keys.ApiKey = { ...ci, id: 'k0', state: 'revoked' };

let plane: FakeControlPlane;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'key-'));
  const all = [old, ci, ...twins];
  plane = await startFakeControlPlane([
    answering(keys.listKeys, ({ query: { filter } }) => {
      const items = all.filter(({ name }) => filter.every(({ field, value }) => field === 'name' && name === value));
      return { items, next: null, total: items.length, totalIsBound: false };
    }),
    answering(keys.getKey, ({ params: { id } }) => {
      const key = all.find((each) => each.id === id);
      if (key === undefined) throw new ClusterError('NOT_FOUND', `there is no key ${id}`);
      return key;
    }),
    answering(keys.createKey, ({ body }) => {
      if (body.actions.includes('admin')) throw new ClusterError('PERMISSION_DENIED', 'you do not have that action');
      return { key: { ...ci, ...body }, secret, snapshotVersion: 1 };
    }),
    answering(keys.revokeKey, ({ params: { id } }) => ({ key: { ...old, id }, snapshotVersion: 2 })),
    answering(listRoutes, () => ({ items: [], next: null, total: 0, totalIsBound: false })),
  ]);
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  plane.calls.length = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

function key(...words: string[]) {
  return captureCli('key', ...words, '--server', plane.url);
}

test('a new key goes alone to stdout, and nowhere else', async () => {
  const { code, stdout, stderr } = await key('create', 'ci');
  expect([code, stdout]).toEqual([0, `${secret}\n`]);
  expect(stderr).not.toContain(secret);
  expect(stderr).toContain('This is the key; it is not shown again:');
});

test('everything that a key can be limited by is sent', async () => {
  await key(
    ...'create ci --action infer --action read --model iris* --model flowers'.split(' '),
    ...'--rate 50 --burst 100 --daily-quota 100000 --expires 90d'.split(' '),
  );
  const { body } = plane.calls.at(-1) ?? {};
  const { expiresAt, ...rest } = body as { expiresAt: string };
  expect(rest).toEqual({
    name: 'ci',
    actions: ['infer', 'read'],
    models: ['iris*', 'flowers'],
    ratePerSecond: 50,
    burst: 100,
    dailyQuota: 100_000,
  });
  const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(89.9);
  expect(days).toBeLessThan(90.1);
});

test('as data the key is one field, and stderr is silent', async () => {
  const { stdout, stderr } = await key('create', 'deploy', '--action', 'read', '-o', 'json');
  expect([JSON.parse(stdout), stderr]).toEqual([
    {
      key: { ...ci, name: 'deploy', actions: ['read'] },
      snapshotVersion: 1,
      secret,
      curl: `curl -H "authorization: Bearer $KEY" ${plane.url}/api/v1/models`,
    },
    '',
  ]);
});

test('a key that is written to a file is private there, and printed nowhere', async () => {
  const file = join(folder, 'ci.key');
  const { code, stdout, stderr } = await key('create', 'ci', '--action', 'read', '--write-to', file);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(secret);
  expect(stderr).toContain(`KEY=$(cat ${file})\n  curl -H "authorization: Bearer $KEY"`);
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([`${secret}\n`, 0o600]);
});

test('a file that exists stops everything before a key is made', async () => {
  const file = join(folder, 'present');
  writeFileSync(file, 'mine');
  const { code, stderr } = await key('create', 'ci', '--write-to', file);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} exists, and is not overwritten`)]);
  expect(plane.calls.map(({ id }) => id)).not.toContain('createKey');
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('a refused key leaves no file behind', async () => {
  const file = join(folder, 'refused');
  const { code } = await key('create', 'ci', '--action', 'admin', '--write-to', file);
  expect(code).toBe(5);
  expect(() => statSync(file)).toThrow('ENOENT');
});

test('a key is named by its id, or by a name that one usable key has', async () => {
  expect((await key('revoke', 'ci')).stdout).toBe('revoked ci (k1)\n');
  expect((await key('show', 'k0')).stdout).toMatch(/state\s+revoked/);
  const twin = await key('revoke', 'twin');
  expect([twin.code, twin.stderr]).toEqual([2, 'error: 2 keys are named twin: k2, k3\nfix: name the key by its id\n']);
  const none = await key('show', 'nothing');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no key has the id or the name nothing')]);
});

test.each([
  [['create', 'ci', '--action', 'fly'], 'Allowed choices are infer, read, operate, admin.'],
  [['create', 'ci', '--expires', 'soon'], 'It must be a time from now such as 90d'],
  [['create', 'ci', '--rate', '0'], 'It must be a number above 0.'],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await key(...words);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(plane.calls).toEqual([]);
});
