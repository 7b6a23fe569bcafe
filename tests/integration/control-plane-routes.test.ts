import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as contract from '@cluster-ai/contract/api/routes.ts';
import type { RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushModel, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
let plane: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  for (const bias of [1, 2, 3]) await pushModel(plane, 'adder', [addModel(bias)]);
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

function split(...weights: [version: number, weight: number][]): RoutePolicy {
  return { kind: 'split', variants: weights.map(([version, weight]) => ({ model: 'adder', version, weight })) };
}

async function put(name: string, policy: RoutePolicy, stickyHeader?: string) {
  return callEndpoint(plane.admin, contract.putRoute, { params: { name }, body: { policy, stickyHeader } });
}

async function rollback(name: string, revision?: number) {
  return callEndpoint(plane.admin, contract.rollbackRoute, { params: { name }, body: { revision } });
}

async function snapshotRoute(name: string) {
  const { snapshot } = await callEndpoint(plane.gateway, pollSnapshot);
  return snapshotSchema.parse(JSON.parse(snapshot?.text ?? '{}')).routes.find((route) => route.name === name);
}

test('a split reaches the snapshot, and a rollback restores the split before it', async () => {
  await put('shop', split([1, 90], [2, 10]));
  const changed = await put('shop', split([2, 50], [3, 50]));
  expect(changed).toMatchObject({
    revision: 2,
    variants: [
      { version: 2, weight: 50 },
      { version: 3, weight: 50 },
    ],
  });
  const back = await rollback('shop');
  expect(back).toMatchObject({ revision: 3, policy: split([1, 90], [2, 10]) });
  expect(back.snapshotVersion).toBe(changed.snapshotVersion + 1);
  expect(await snapshotRoute('shop')).toMatchObject({
    variants: [
      { modelId: 'adder@1', weight: 90 },
      { modelId: 'adder@2', weight: 10 },
    ],
  });
  expect(await rollback('shop')).toMatchObject({ revision: 4, policy: split([2, 50], [3, 50]) });
  expect(await rollback('shop', 1)).toMatchObject({ revision: 5, policy: split([1, 90], [2, 10]) });
  const history = await callEndpoint(plane.admin, contract.listRouteRevisions, { params: { name: 'shop' } });
  expect(history.items.map(({ revision, restoredFrom }) => [revision, restoredFrom])).toEqual([
    [5, 1],
    [4, 2],
    [3, 1],
    [2, null],
    [1, null],
  ]);
});

test('a rollback after a bad push brings back the version that served, and holds it', async () => {
  await pushModel(plane, 'pushed', [addModel(20)]);
  await pushModel(plane, 'pushed', [addModel(21)]);
  const back = await rollback('pushed');
  expect(back).toMatchObject({
    policy: { kind: 'split' },
    variants: [{ model: 'pushed', version: 1, weight: 100 }],
  });
  expect(await snapshotRoute('pushed')).toMatchObject({ variants: [{ modelId: 'pushed@1', weight: 100 }] });
  // And forward again, to what `latest` still means.
  expect(await rollback('pushed')).toMatchObject({
    policy: { kind: 'latest', model: 'pushed' },
    variants: [{ version: 2, weight: 100 }],
  });
});

test('a rollback to nothing, to the present policy, or to a revision that is not there is refused', async () => {
  await put('new', { kind: 'latest', model: 'adder' });
  await expect(rollback('new')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('no other policy'),
  });
  await expect(rollback('new', 1)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('has the present policy'),
  });
  await expect(rollback('new', 7)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(rollback('missing')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: "there is no route 'missing'",
  });
});

test('a rollback to a version that was deleted says which', async () => {
  await pushModel(plane, 'short', [addModel(10)]);
  await pushModel(plane, 'short', [addModel(11)]);
  const variant = (version: number): RoutePolicy => ({
    kind: 'split',
    variants: [{ model: 'short', version, weight: 1 }],
  });
  await put('brief', variant(1));
  await put('brief', variant(2));
  await callEndpoint(plane.admin, models.deleteModelVersion, { params: { name: 'short', version: 1 } });
  await expect(rollback('brief')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: "revision 1 of route 'brief' cannot come back: model 'short' has no version 1",
  });
});

test('the same policy again changes nothing', async () => {
  const first = await put('same', split([1, 1], [2, 1]));
  expect(await put('same', split([2, 1], [1, 1]))).toMatchObject({
    revision: first.revision,
    snapshotVersion: first.snapshotVersion,
  });
  expect(await put('same', split([1, 1], [2, 1]), 'X-User')).toMatchObject({ revision: 2, stickyHeader: 'x-user' });
  expect(await put('same', split([1, 2], [2, 1]))).toMatchObject({ revision: 3, stickyHeader: 'x-user' });
});

test('what does not exist, all zeros and doubles are refused', async () => {
  await expect(put('bad', split([9, 1]))).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: "model 'adder' has no version 9",
  });
  await expect(put('bad', { kind: 'latest', model: 'nobody' })).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: "there is no model 'nobody'",
  });
  await expect(put('bad', split([1, 0], [2, 0]))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('all weights are zero'),
  });
  await expect(put('bad', split([1, 1], [1, 1]))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('listed twice'),
  });
  await expect(put('bad', split([1, -1]))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('body.policy.variants.0.weight'),
  });
  await expect(put('no way', split([1, 1]))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('route name'),
  });
  await expect(callEndpoint(plane.admin, contract.getRoute, { params: { name: 'bad' } })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a deleted route leaves the snapshot; its versions stay', async () => {
  await put('gone', split([1, 1]));
  await callEndpoint(plane.admin, contract.deleteRoute, { params: { name: 'gone' } });
  expect(await snapshotRoute('gone')).toBeUndefined();
  expect((await callEndpoint(plane.admin, models.getModel, { params: { name: 'adder' } })).versions).toHaveLength(3);
});

test('two changes at once follow one another, and each has its own snapshot', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, turn) => put(`busy-${turn % 3}`, split([1, turn + 1], [2, 1]))),
  );
  const versions = answers.map((answer) => answer.snapshotVersion);
  expect(new Set(versions).size).toBe(versions.length);
});
