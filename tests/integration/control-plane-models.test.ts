import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { fetchModelFile, pollSnapshot, reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import type { SentReport } from '@cluster-ai/contract/telemetry.ts';
import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import type { Snapshot } from '@cluster-ai/contract/snapshot.ts';
import { snapshotKey } from '@cluster-ai/testkit/snapshot-models.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushModel, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { gatewayReport, versionBatching } from './control-plane/gateway-report.ts';
import { addModel, bfloat16Model, externalModel } from './control-plane/test-models.ts';

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

async function snapshot(): Promise<Snapshot> {
  const answer = await callEndpoint(plane.gateway, pollSnapshot, { query: {} });
  expect(answer.snapshot).not.toBeNull();
  const text = answer.snapshot?.text ?? '';
  expect(sha256(text)).toBe(answer.snapshot?.sha256);
  return snapshotSchema.parse(JSON.parse(text));
}

test('a pushed model gets a version, its own route and a snapshot that gateways can fetch from', async () => {
  const model = addModel(1);
  const labels = { path: 'labels.txt', bytes: Buffer.from('a\nb\n') };
  const pushed = await pushModel(plane, 'adder', [model, labels]);
  expect(pushed).toMatchObject({
    model: 'adder',
    deployed: true,
    version: { version: 1, source: 'upload', createdBy: 'admin-token' },
  });
  expect(pushed.version.signature).toEqual({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
  });
  expect(pushed.route).toMatchObject({ name: 'adder', revision: 1, policy: { kind: 'latest', model: 'adder' } });

  const present = await snapshot();
  expect(present.version).toBe(pushed.snapshotVersion);
  expect(present.routes).toEqual([
    { name: 'adder', stickyHeader: 'x-cluster-ai-unit', variants: [{ modelId: 'adder@1', weight: 100 }] },
  ]);
  expect(present.models[0]).toMatchObject({ id: 'adder@1', digest: pushed.version.digest });
  expect(present.keys).toEqual([
    {
      ...snapshotKey(plane.admin.token),
      id: 'admin',
      actions: ['infer', 'read', 'operate', 'admin'],
    },
  ]);

  const url = `${plane.url}${fetchModelFile.path.replace(':sha256', sha256(model.bytes))}`;
  const headers = { authorization: `Bearer ${plane.gateway.token}` };
  const whole = await fetch(url, { headers });
  expect(Buffer.from(await whole.arrayBuffer()).equals(Buffer.from(model.bytes))).toBe(true);
  const part = await fetch(url, { headers: { ...headers, range: 'bytes=10-' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 10-${model.bytes.length - 1}/${model.bytes.length}`);
  expect(Buffer.from(await part.arrayBuffer()).equals(Buffer.from(model.bytes.subarray(10)))).toBe(true);
});

test('the second version takes over a latest route; a split stays; deploy none changes nothing', async () => {
  await pushModel(plane, 'mover', [addModel(10)]);
  expect(await pushModel(plane, 'mover', [addModel(11)])).toMatchObject({
    deployed: true,
    version: { version: 2 },
    route: { variants: [{ version: 2 }] },
  });
  const before = await snapshot();
  expect(await pushModel(plane, 'mover', [addModel(12)], { deploy: 'none' })).toMatchObject({
    deployed: false,
    version: { version: 3 },
    snapshotVersion: before.version,
  });
  expect(await snapshot()).toEqual(before);

  const policy = {
    kind: 'split' as const,
    variants: [
      { model: 'mover', version: 1, weight: 90 },
      { model: 'mover', version: 2, weight: 10 },
    ],
  };
  await callEndpoint(plane.admin, routes.putRoute, { params: { name: 'mover' }, body: { policy } });
  expect(await pushModel(plane, 'mover', [addModel(13)])).toMatchObject({
    deployed: false,
    version: { version: 4 },
    route: { policy },
  });
});

test('what is wrong with a model is said at commit, and nothing of it stays', async () => {
  const garbage = { path: 'model.onnx', bytes: Buffer.from('this is not a model') };
  await expect(pushModel(plane, 'broken', [garbage])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('not an ONNX file'),
  });
  await expect(pushModel(plane, 'broken', [bfloat16Model()])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining("tensor 'x'"),
  });
  await expect(pushModel(plane, 'broken', [externalModel('../../etc/passwd')])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('not among the files'),
  });
  await expect(
    pushModel(plane, 'broken', [externalModel('weights.bin', 64), { path: 'weights.bin', bytes: Buffer.alloc(4) }]),
  ).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('expects 64 bytes'),
  });
  await expect(callEndpoint(plane.admin, models.getModel, { params: { name: 'broken' } })).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
  });
  expect(
    await pushModel(plane, 'outside', [externalModel('weights.bin'), { path: 'weights.bin', bytes: Buffer.alloc(4) }]),
  ).toMatchObject({ version: { version: 1 } });
});

test('a version that a route or an alias needs cannot be deleted; a model goes with its own route', async () => {
  await pushModel(plane, 'target', [addModel(20)]);
  await pushModel(plane, 'target', [addModel(21)]);
  await callEndpoint(plane.admin, models.setAlias, {
    params: { name: 'target', alias: 'champion' },
    body: { version: 1 },
  });
  await expect(
    callEndpoint(plane.admin, models.deleteModelVersion, { params: { name: 'target', version: 2 } }),
  ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining("route 'target'") });
  await expect(
    callEndpoint(plane.admin, models.deleteModelVersion, { params: { name: 'target', version: 1 } }),
  ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining("alias 'champion'") });
  await callEndpoint(plane.admin, models.deleteAlias, { params: { name: 'target', alias: 'champion' } });
  await callEndpoint(plane.admin, models.deleteModelVersion, { params: { name: 'target', version: 1 } });

  await callEndpoint(plane.admin, routes.putRoute, {
    params: { name: 'other' },
    body: { policy: { kind: 'latest', model: 'target' } },
  });
  await expect(callEndpoint(plane.admin, models.deleteModel, { params: { name: 'target' } })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining("route 'other'"),
  });
  await callEndpoint(plane.admin, routes.deleteRoute, { params: { name: 'other' } });
  expect(await callEndpoint(plane.admin, models.deleteModel, { params: { name: 'target' } })).toEqual({
    deleted: 'target',
    versions: 1,
  });
  expect((await snapshot()).routes.map((route) => route.name)).not.toContain('target');
  const entries = await callEndpoint(plane.admin, listAudit, { query: { limit: 3 } });
  expect(entries.items.map((entry) => entry.action)).toEqual(['model.delete', 'route.delete', 'route.delete']);
});

test('numbers of deleted versions are not given again', async () => {
  await pushModel(plane, 'numbers', [addModel(30)]);
  await pushModel(plane, 'numbers', [addModel(31)], { deploy: 'none' });
  await callEndpoint(plane.admin, models.deleteModelVersion, { params: { name: 'numbers', version: 2 } });
  expect(await pushModel(plane, 'numbers', [addModel(32)])).toMatchObject({ version: { version: 3 } });
});

test('models show what connected gateways report about them', async () => {
  const pushed = await pushModel(plane, 'seen', [addModel(40)]);
  await callEndpoint(plane.gateway, reportGateway, {
    body: gatewayReport({ id: 'seen@1', digest: pushed.version.digest }),
  });
  const shown = await callEndpoint(plane.admin, models.getModel, { params: { name: 'seen' } });
  expect(shown.versions[0]?.observed).toMatchObject([{ gateway: 'gateway-1', id: 'seen@1', state: 'READY' }]);
});

test('how requests become batches is told by gateway, and stays until the gateway tells something else', async () => {
  const pushed = await pushModel(plane, 'merged', [addModel(41)]);
  const report = gatewayReport({ id: 'merged@1', digest: pushed.version.digest });
  const told = versionBatching({ model: 'merged', version: 1 });
  const tell = (body: SentReport) => callEndpoint(plane.gateway, reportGateway, { body });
  const known = async () =>
    (await callEndpoint(plane.admin, models.getModelBatching, { params: { name: 'merged' } })).versions;
  expect(await known()).toEqual([]);
  await tell({ ...report, batching: [told, versionBatching({ model: 'other', version: 1 })] });
  await tell({ ...report, gateway: 'gateway-2', batching: [{ ...told, batches: 7 }] });
  await tell(report);
  const at = { connected: true, reportedAt: expect.any(String) };
  expect(await known()).toEqual([
    { ...told, ...at, gateway: 'gateway-1' },
    { ...told, ...at, gateway: 'gateway-2', batches: 7 },
  ]);
  await tell({ ...report, batching: [] });
  expect((await known()).map(({ gateway }) => gateway)).toEqual(['gateway-2']);
  await expect(
    callEndpoint(plane.admin, models.getModelBatching, { params: { name: 'nobody' } }),
  ).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('lists come in pages', async () => {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await callEndpoint(plane.admin, models.listModels, { query: { limit: 2, cursor } });
    names.push(...page.items.map((model) => model.name));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining(['adder', 'mover', 'numbers', 'outside', 'seen']));
});
