import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { listSettings } from '@cluster-ai/contract/api/settings.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../testing/capture-cli.ts';
import { readList } from './read-list.ts';

const entries = Array.from({ length: 1_203 }, (_unused, index) => ({
  id: index + 1,
  at: '2026-01-01T10:00:00.000Z',
  actor: 'ana@example.com',
  action: 'route.put',
  target: `route-${index + 1}`,
  detail: {},
  requestId: 'req',
  previousHash: 'a'.repeat(64),
  hash: 'b'.repeat(64),
}));

let plane: FakeControlPlane;
beforeAll(async () => {
  plane = await startFakeControlPlane([
    answering(listAudit, ({ query: { cursor = '0', limit } }) => {
      const end = Number(cursor) + limit;
      return {
        items: entries.slice(Number(cursor), end),
        next: end < entries.length ? String(end) : null,
        total: entries.length,
        totalIsBound: false,
      };
    }),
    answering(listSettings, () => ({ items: [] })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => {
  plane.calls.length = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

const audit = (...words: string[]) => captureCli('audit', 'list', ...words, '--server', plane.url);

test('a list shows its first hundred, and says so where no program reads it', async () => {
  const { stdout, stderr } = await audit('-o', 'json');
  expect((JSON.parse(stdout) as unknown[]).length).toBe(100);
  expect(stderr).toBe('the first 100 are shown; --all shows the rest\n');
});

test('all of it, or as many as were asked for, in as few calls as pages allow', async () => {
  const all = await audit('--all', '-o', 'json');
  expect([(JSON.parse(all.stdout) as unknown[]).length, all.stderr]).toEqual([1_203, '']);
  expect(plane.calls.length).toBe(3);
  plane.calls.length = 0;
  const some = await audit('--limit', '600', '-o', 'json');
  expect((JSON.parse(some.stdout) as unknown[]).length).toBe(600);
  expect(plane.calls.map(({ query }) => query)).toEqual([
    expect.objectContaining({ limit: 500 }),
    expect.objectContaining({ limit: 100, cursor: '500' }),
  ]);
});

test('filter and order are sent as they are', async () => {
  await audit('--filter', 'actor=ana@example.com at>=2026-01-01', '--sort', 'id');
  expect(plane.calls[0]?.query).toMatchObject({
    filter: [
      { field: 'actor', operator: '=', value: 'ana@example.com' },
      { field: 'at', operator: '>=', value: '2026-01-01' },
    ],
    sort: { field: 'id', descending: false },
  });
});

test('a mistake in a filter is shown where it stands, and nothing is asked', async () => {
  const { code, stderr } = await audit('--filter', 'iris actr=ana');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: --filter: there is no field 'actr'; the nearest is 'actor'; there are .*\n {2}iris actr=ana\n {7}\^\n$/,
  );
  expect(plane.calls).toEqual([]);
});

test.each([
  [['--sort', 'detail'], "error: --sort: there is no field 'detail'"],
  [['--limit', '5', '--all'], "cannot be used with option '--limit"],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await audit(...words);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(plane.calls).toEqual([]);
});

test('a list without a declaration cannot be filtered', async () => {
  const target = { ...listAudit, query: listSettings.query };
  const client = { baseUrl: plane.url, timeoutMs: 1_000 };
  await expect(readList(client, target, { filter: 'a=b' })).rejects.toThrow('this list cannot be filtered');
});
