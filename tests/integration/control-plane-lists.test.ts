import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import { listGateways } from '@cluster-ai/contract/api/system.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushModel, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { gatewayReport } from './control-plane/gateway-report.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
let plane: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

test('a model with many versions comes with its newest and those that serve; all others are paged', async () => {
  const files = [addModel(1)];
  for (let version = 1; version <= 25; version += 1) {
    await pushModel(plane, 'many', files, version === 1 ? {} : { deploy: 'none' });
  }
  await pushModel(plane, 'few', files);
  const { items } = await callEndpoint(plane.admin, models.listModels, { query: { filter: 'name=many' } });
  const listed = items[0];
  expect(listed).toMatchObject({ name: 'many', versionCount: 25, route: { variants: [{ version: 1 }] } });
  expect(listed?.versions.map((version) => version.version)).toEqual([25, 24, 23, 1]);
  const one = await callEndpoint(plane.admin, models.getModel, { params: { name: 'many' } });
  expect(one.versions).toHaveLength(21);

  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 10, cursor, filter: 'version<=24' };
    const page = await callEndpoint(plane.admin, models.listVersions, { params: { name: 'many' }, query });
    expect(page).toMatchObject({ total: 24, totalIsBound: false });
    seen.push(...page.items.map((version) => version.version));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(Array.from({ length: 24 }, (_, index) => 24 - index));

  const busiest = await callEndpoint(plane.admin, models.listModels, { query: { sort: '-versions', limit: 1 } });
  expect(busiest).toMatchObject({ items: [{ name: 'many' }], total: 2, next: expect.any(String) });
  await expect(
    callEndpoint(plane.admin, models.listModels, { query: { cursor: busiest.next ?? '' } }),
  ).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('another filter, order or list'),
  });
});

test('notes and lineage belong to a version, and versions are found by them', async () => {
  const lineage = { dataset: 'iris 2026-01', 'git commit': 'abc123', accuracy: 0.97 };
  const pushed = await pushModel(plane, 'traced', [addModel(2)], { lineage, notes: 'first try' });
  expect(pushed.version).toMatchObject({ lineage, notes: 'first try', revision: 1, files: [{ path: 'model.onnx' }] });
  const params = { name: 'traced', version: 1 };
  const changed = await callEndpoint(plane.admin, models.updateVersion, {
    params,
    body: { lineage: { accuracy: 0.98 } },
  });
  expect(changed).toMatchObject({ lineage: { accuracy: 0.98 }, notes: 'first try', revision: 2 });
  expect(await callEndpoint(plane.admin, models.getVersion, { params })).toEqual(changed);
  const again = await callEndpoint(plane.admin, models.updateVersion, {
    params,
    body: { lineage: { accuracy: 0.98 } },
  });
  expect(again.revision).toBe(2);

  const find = async (filter: string) =>
    (await callEndpoint(plane.admin, models.listVersions, { params: { name: 'traced' }, query: { filter } })).total;
  expect(await find('lineage=accuracy:0.98')).toBe(1);
  expect(await find('lineage=accuracy:0.97')).toBe(0);
  expect(await find('lineage!=accuracy:0.97')).toBe(1);
  expect(await find('"FIRST TRY"')).toBe(1);
  expect(await find('lineage=""')).toBe(0);
  await expect(
    callEndpoint(plane.admin, models.updateVersion, { params, body: { lineage: { '': 'x' } } }),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a description is changed, and who moved which alias when is kept', async () => {
  await pushModel(plane, 'moved', [addModel(3)]);
  await pushModel(plane, 'moved', [addModel(4)]);
  const before = await callEndpoint(plane.admin, models.getModel, { params: { name: 'moved' } });
  const body = { description: 'adds, and says so' };
  const changed = await callEndpoint(plane.admin, models.updateModel, { params: { name: 'moved' }, body });
  expect(changed).toMatchObject({ description: body.description, revision: before.revision + 1 });

  const params = { name: 'moved', alias: 'champion' };
  for (const version of [1, 2, 2]) await callEndpoint(plane.admin, models.setAlias, { params, body: { version } });
  await callEndpoint(plane.admin, models.deleteAlias, { params });
  const { items } = await callEndpoint(plane.admin, models.listAliasHistory, { params: { name: 'moved' } });
  expect(items.map(({ alias, version, previous, by }) => ({ alias, version, previous, by }))).toEqual([
    { alias: 'champion', version: null, previous: 2, by: 'admin-token' },
    { alias: 'champion', version: 2, previous: 1, by: 'admin-token' },
    { alias: 'champion', version: 1, previous: null, by: 'admin-token' },
  ]);
  await callEndpoint(plane.admin, models.setAlias, { params, body: { version: 2 } });
  const found = await callEndpoint(plane.admin, models.listModels, { query: { filter: 'alias=champion' } });
  expect(found.items.map((model) => model.name)).toEqual(['moved']);
});

test('routes, their revisions and gateways are filtered and sorted alike', async () => {
  const variants = [{ model: 'few', version: 1, weight: 1 }];
  for (const name of ['shop', 'app']) {
    await callEndpoint(plane.admin, routes.putRoute, {
      params: { name },
      body: { policy: { kind: 'split', variants } },
    });
  }
  const list = async (filter: string, sort: string) =>
    (await callEndpoint(plane.admin, routes.listRoutes, { query: { filter, sort } })).items.map((route) => route.name);
  expect(await list('policy=split', 'name')).toEqual(['app', 'shop']);
  expect(await list('model=few', '-updatedAt')).toEqual(['app', 'shop', 'few']);
  expect(await list('model!=few updatedBy=admin-token', '-name')).toEqual(['traced', 'moved', 'many']);

  const body = { policy: { kind: 'latest' as const, model: 'few' } };
  await callEndpoint(plane.admin, routes.putRoute, { params: { name: 'shop' }, body });
  const revisions = await callEndpoint(plane.admin, routes.listRouteRevisions, {
    params: { name: 'shop' },
    query: { filter: 'policy=split restoredFrom=""' },
  });
  expect(revisions).toMatchObject({ total: 1, items: [{ revision: 1 }] });

  for (const gateway of ['east', 'west']) {
    await callEndpoint(plane.gateway, reportGateway, {
      body: gatewayReport({ id: 'few@1', digest: 'a'.repeat(64) }, { gateway }),
    });
  }
  const gateways = await callEndpoint(plane.admin, listGateways, {
    query: { filter: 'connected=true', sort: '-gateway' },
  });
  expect(gateways.items.map((status) => status.gateway)).toEqual(['west', 'east']);
  expect(await callEndpoint(plane.admin, listGateways, { query: { filter: 'connected=false' } })).toMatchObject({
    total: 0,
  });
});
