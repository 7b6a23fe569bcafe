import { getModel } from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const at = '2026-01-01T10:00:00.000Z';
const variant = (version: number, weight: number) => ({ model: 'iris', version, weight });
const split = (...variants: ReturnType<typeof variant>[]) => ({ kind: 'split' as const, variants });

const revisions = [
  { revision: 3, variants: [variant(1, 50), variant(2, 50)] },
  { revision: 2, variants: [variant(1, 90), variant(2, 10)] },
  { revision: 1, variants: [variant(1, 100)] },
].map(({ revision, variants }) => ({
  revision,
  policy: split(...variants),
  variants,
  createdAt: at,
  createdBy: 'ana@example.com',
  restoredFrom: null,
}));

const iris: routes.Route = {
  name: 'iris',
  revision: 3,
  policy: split(variant(1, 50), variant(2, 50)),
  variants: [variant(1, 50), variant(2, 50)],
  stickyHeader: 'x-user',
  updatedAt: at,
  updatedBy: 'ana@example.com',
};

let plane: FakeControlPlane;
beforeAll(async () => {
  const page = { next: null, total: 1, totalIsBound: false };
  plane = await startFakeControlPlane([
    answering(routes.listRoutes, () => ({ items: [iris], ...page })),
    answering(routes.getRoute, ({ params: { name } }) => {
      if (name === 'iris') return iris;
      throw new ClusterError('NOT_FOUND', `there is no route ${name}`);
    }),
    answering(routes.putRoute, ({ params: { name }, body }) => ({
      ...iris,
      name,
      policy: body.policy,
      revision: 4,
      snapshotVersion: 9,
    })),
    answering(routes.listRouteRevisions, () => ({ items: revisions, ...page })),
    answering(routes.deleteRoute, ({ params: { name } }) => ({ deleted: name })),
    answering(getModel, ({ params: { name } }) => ({
      name,
      description: '',
      createdAt: at,
      revision: 1,
      updatedAt: at,
      updatedBy: 'admin-token',
      aliases: { champion: 2 },
      versionCount: 0,
      lastVersionAt: null,
      versions: [],
      route: null,
    })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => {
  plane.calls.length = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

const route = (...words: string[]) => captureCli('route', ...words, '--server', plane.url);
/** Lines of a table, its columns divided by a bar. */
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'));

test('a dry run of a split shows what every version gets, and writes nothing', async () => {
  const { code, stdout } = await route('split', 'iris', '1=75', 'champion=25', '--dry-run');
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual([
    'would change iris from split by weight to split by weight',
    '',
    'MODEL|VERSION|BEFORE|AFTER|CHANGE',
    'iris|1|50 %|75 %|+25 %',
    'iris|2|50 %|25 %|-25 %',
    '',
    'nothing was changed; the same command without --dry-run does it',
    '',
  ]);
  expect(plane.calls.map(({ id }) => id)).not.toContain('putRoute');
});

test('a dry run for a route that does not exist yet, as data', async () => {
  const { stdout } = await route('split', 'flowers', 'iris@1=1', '--sticky-header', 'x-id', '--dry-run', '-o', 'json');
  expect(JSON.parse(stdout)).toEqual({
    route: 'flowers',
    before: null,
    after: { policy: split(variant(1, 1)), stickyHeader: 'x-id' },
    variants: [{ model: 'iris', version: 1, before: 0, after: 1 }],
  });
});

test('a split without its dry run is sent as it was shown', async () => {
  expect((await route('split', 'iris', '1=75', 'champion=25', '--no-wait')).code).toBe(0);
  expect(plane.calls.at(-1)).toMatchObject({
    id: 'putRoute',
    params: { name: 'iris' },
    body: { policy: split(variant(1, 75), variant(2, 25)) },
  });
});

test('a route follows the newest version of a model, its own unless another is named', async () => {
  await route('latest', 'iris', '--no-wait');
  expect(plane.calls.at(-1)?.body).toMatchObject({ policy: { kind: 'latest', model: 'iris' } });
  await route('latest', 'flowers', 'iris', '--no-wait');
  expect(plane.calls.at(-1)).toMatchObject({
    params: { name: 'flowers' },
    body: { policy: { kind: 'latest', model: 'iris' } },
  });
});

test('two revisions are compared: the last change unless others are named', async () => {
  expect(lines((await route('diff', 'iris')).stdout).slice(3, 6)).toEqual([
    'MODEL|VERSION|BEFORE|AFTER|CHANGE',
    'iris|1|90 %|50 %|-40 %',
    'iris|2|10 %|50 %|+40 %',
  ]);
  const named = await route('diff', 'iris', '--from', '1', '--to', '2');
  expect(named.stdout).toContain('from revision 1: split by weight, 2026-01-01 10:00Z by ana@example.com');
  expect(lines(named.stdout)).toContain('iris|2|0 %|10 %|new');
  const none = await route('diff', 'iris', '--to', '7');
  expect([none.code, none.stderr]).toEqual([
    1,
    'error: iris has no revision 7\nfix: cluster-ai route history iris lists them\n',
  ]);
  const first = await route('diff', 'iris', '--to', '1');
  expect(first.stderr).toContain('there is nothing to compare it with');
});

test('routes and their history are listed with what they mean', async () => {
  expect(lines((await route('list')).stdout)[1]).toBe(
    'iris|split by weight|iris@1 50 %, iris@2 50 %|3|2026-01-01 10:00Z|ana@example.com',
  );
  expect(lines((await route('history', 'iris')).stdout)[2]).toBe(
    '2|2026-01-01 10:00Z|ana@example.com|split by weight|iris@1 90 %, iris@2 10 %',
  );
});

test('a route is deleted only when it was confirmed', async () => {
  expect((await route('delete', 'iris')).code).toBe(2);
  expect((await route('delete', 'iris', '--yes')).stdout).toBe('deleted route iris\n');
});
