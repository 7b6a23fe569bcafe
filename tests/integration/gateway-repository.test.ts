import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAllCases } from '../conformance/open-inference/expect-all-cases.ts';
import { pythonProgram } from '../conformance/open-inference/run-python-cases.ts';
import { startGateway, type GatewayProcess } from '../start-gateway.ts';
import { repository, until } from '../start-platform.ts';
import { pushModel, startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';
import { callGateway, predictOn, type GatewayAnswer } from './gateway-calls.ts';

let postgres: PostgresServer;
let plane: RunningPlane;
let gateway: GatewayProcess;

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  await pushModel(plane, 'adder', [addModel(1)]);
  await pushModel(plane, 'other', [addModel(2)]);
  gateway = await startGateway({
    name: 'repository',
    controlUrl: plane.url,
    tokenFile: join(plane.home, 'gateway-token'),
    // KServe's own client is asked what it makes of it.
    settings: { AS: 'kserve' },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await plane?.remove();
  await postgres?.remove();
});

const operate = (path: string, key: string | null = plane.admin.token): Promise<GatewayAnswer> =>
  callGateway(gateway, {
    method: 'POST',
    path: `/v2/repository/${path}`,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });

async function index(): Promise<string[]> {
  const entries = JSON.parse((await operate('index', null)).text) as readonly Record<string, string>[];
  return entries.map(({ name, version, state, reason }) => [name, version, state, reason].join(' ').trim());
}

/** What `y` is for `x` of 1: the model adds its version's number. */
async function answerOf(model: string): Promise<unknown> {
  const { text } = await predictOn(gateway, null, model);
  return (JSON.parse(text) as { outputs: readonly { data: readonly number[] }[] }).outputs[0]?.data[0];
}

test('a model that is unloaded answers no more, is listed as such, and comes back', async () => {
  expect(await index()).toEqual(['adder 1 READY', 'other 1 READY']);
  expect(await answerOf('adder')).toBe(2);
  expect((await operate('models/adder/unload')).status).toBe(200);
  const { status, text } = await predictOn(gateway, null);
  expect({ status, text }).toEqual({
    status: 503,
    text: `{"error":"Request for unknown model: 'adder' has no available versions: it is unloaded"}`,
  });
  expect((await callGateway(gateway, { path: '/v2/models/adder/ready' })).status).toBe(503);
  expect((await index())[0]).toMatch(/^adder 1 (UNLOADING|UNAVAILABLE unloaded)$/);
  expect((await operate('models/adder/load')).status).toBe(200);
  // When loading has been answered, the model can be called at once.
  expect(await answerOf('adder')).toBe(2);
  expect(await index()).toEqual(['adder 1 READY', 'other 1 READY']);
});

test('loading takes what was pushed meanwhile without traffic', async () => {
  await pushModel(plane, 'adder', [addModel(5)], { deploy: 'none' });
  expect(await answerOf('adder')).toBe(2);
  expect((await operate('models/adder/load')).status).toBe(200);
  expect(await answerOf('adder')).toBe(6);
  expect((await index())[0]).toBe('adder 2 READY');
});

test('unloading and loading twice, and names that do not exist', async () => {
  for (const path of ['models/other/unload', 'models/other/unload', 'models/nothing/unload']) {
    expect((await operate(path)).status).toBe(200);
  }
  for (let count = 0; count < 2; count += 1) expect((await operate('models/other/load')).status).toBe(200);
  const { status, text } = await operate('models/nothing/load');
  expect(status).toBe(404);
  expect(text).toMatch(/^\{"error":"failed to load 'nothing', failed to poll from model repository/);
});

test('a load brings a configuration, and files, which become the newest version', async () => {
  const load = (parameters: Readonly<Record<string, string>>): Promise<GatewayAnswer> =>
    callGateway(gateway, {
      method: 'POST',
      path: '/v2/repository/models/other/load',
      headers: { authorization: `Bearer ${plane.admin.token}` },
      body: JSON.stringify({ parameters }),
    });
  const configText = async (): Promise<string> =>
    (await callGateway(gateway, { path: '/v2/models/other/config' })).text;
  const configOf = async (): Promise<unknown> => JSON.parse(await configText());
  expect(await load({ config: '{"max_batch_size":"16"}' })).toMatchObject({ status: 200, text: '' });
  expect(await configOf()).toMatchObject({ max_batch_size: 16 });
  expect(await answerOf('other')).toBe(3);
  const file = Buffer.from(addModel(7).bytes).toString('base64');
  expect((await load({ config: '{"max_batch_size":8}', 'file:1/model.onnx': file })).status).toBe(200);
  expect(await configOf()).toMatchObject({ max_batch_size: 8 });
  expect(await answerOf('other')).toBe(8);
  expect((await index()).at(-1)).toBe('other 3 READY');
  // What was read, changed, as clients of Triton do.
  const changed = (await configText()).replace('"max_batch_size":8', '"max_batch_size":4');
  expect(await load({ config: changed })).toMatchObject({ status: 200, text: '' });
  expect(await configOf()).toMatchObject({ max_batch_size: 4 });
  expect(await answerOf('other')).toBe(8);
  const wrong = await load({ config: '{"max_batch_size":-1}' });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toMatch(/^\{"error":"failed to load 'other', /);
  expect(await load({ 'file:1/model.onnx': file })).toMatchObject({ status: 400 });
});

test('each change is in the audit log, under the name of who made it', async () => {
  const { items } = await callEndpoint(plane.admin, listAudit, { query: { limit: 100 } });
  const changes = items.filter(({ action }) => action === 'route.load' || action === 'route.unload');
  expect(changes.map(({ action, target, actor }) => [action, target, actor])).toEqual(
    expect.arrayContaining([
      ['route.unload', 'adder', 'admin-token'],
      ['route.load', 'adder', 'admin-token'],
    ]),
  );
  expect(changes).toHaveLength(4);
});

test('what a load brings over gRPC is taken as over HTTP', async () => {
  await pushModel(plane, 'brought', [addModel(1)]);
  const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-brought-'));
  const { url, grpcAddress } = gateway;
  const server = { url, grpcAddress, operatorKey: plane.admin.token ?? '', stop: async () => undefined };
  try {
    const file = join(folder, 'model.onnx');
    await writeFile(file, addModel(7).bytes);
    await until('brought is ready', 30_000, async () => (await index()).includes('brought 1 READY'));
    await expectAllCases('python', 'tritonclient/grpc_load.py', server, ['brought', file, '7']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect((await index())[1]).toBe('brought 3 READY');
});

test('without a control plane the list is there, nothing can be changed, and predictions go on', async () => {
  expect((await operate('models/other/unload')).status).toBe(200);
  await plane.stop();
  expect((await index()).at(-1)).toMatch(/^other 4 /);
  for (const path of ['models/other/load', 'models/adder/unload']) {
    const { status, text } = await operate(path);
    expect(status).toBe(503);
    expect(text).toContain('does not answer');
  }
  expect(await answerOf('adder')).toBe(6);
});

test("KServe's clients see what is alive and what is ready, over its first protocol too", async () => {
  const { url, grpcAddress } = gateway;
  const script = join(repository, 'tests/conformance/open-inference/kserve/like_kserve.py');
  const { stdout } = await promisify(execFile)(pythonProgram('kserve', 'python'), ['-B', script, url, grpcAddress]);
  const seen = { live: true, adder: true, other: false };
  expect(JSON.parse(stdout)).toEqual({
    v1: { ...seen, nothing: expect.stringContaining('404') },
    v2: { ...seen, nothing: false },
    grpc: { live: true, other: false },
  });
  expect((await callGateway(gateway, { path: '/' })).text).toBe('{"status":"alive"}');
});

test('statistics of real runs: rows, runs, and times that add up', async () => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] }];
  const call = {
    method: 'POST',
    path: '/v2/models/adder/infer',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  };
  const before = await statistics();
  const answers = await Promise.all(
    Array.from({ length: 40 }, async () =>
      fetch(`${gateway.url}${call.path}`, {
        method: 'POST',
        headers: call.headers,
        body: gzipSync(JSON.stringify({ inputs })),
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
  const after = await statistics();
  expect(after.inference_count - before.inference_count).toBe(80);
  const runs = after.execution_count - before.execution_count;
  expect(runs).toBeGreaterThan(0);
  expect(runs).toBeLessThanOrEqual(40);
  const ofBatches = after.batch_stats.reduce((sum, { compute_infer }) => sum + compute_infer.count, 0);
  expect(ofBatches).toBe(after.execution_count);
  const { success, queue, compute_input, compute_infer, compute_output } = after.inference_stats;
  const parts = queue.ns + compute_input.ns + compute_infer.ns + compute_output.ns;
  console.log(`success ${Math.round(success.ns / 1_000)} µs, parts ${Math.round(parts / 1_000)} µs, ${runs} runs`);
  // What is left is the turn of the event loop in which an answer is handed over: a tenth, most of it on a busy machine.
  expect(parts / success.ns).toBeGreaterThan(0.1);
  expect(parts / success.ns).toBeLessThan(1.05);
});

interface Timed {
  readonly count: number;
  readonly ns: number;
}

interface Statistics {
  readonly inference_count: number;
  readonly execution_count: number;
  readonly inference_stats: Readonly<
    Record<'success' | 'queue' | 'compute_input' | 'compute_infer' | 'compute_output', Timed>
  >;
  readonly batch_stats: readonly { readonly batch_size: number; readonly compute_infer: Timed }[];
}

async function statistics(): Promise<Statistics> {
  const { text } = await callGateway(gateway, { path: '/v2/models/adder/stats' });
  const [found] = (JSON.parse(text) as { readonly model_stats: readonly Statistics[] }).model_stats;
  if (found === undefined) throw new Error(`no statistics: ${text}`);
  return found;
}
