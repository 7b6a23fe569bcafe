import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { queueingModels } from '@cluster-ai/testkit/models/queueing-models.ts';
import { raggedModels } from '@cluster-ai/testkit/models/ragged-models.ts';
import {
  pickingModel,
  tritonRepository,
  writeRepositoryModel,
  writeTritonRepository,
} from '@cluster-ai/testkit/models/triton-repository.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAllCases } from '../conformance/open-inference/expect-all-cases.ts';
import { startGateway, type GatewayProcess } from '../start-gateway.ts';
import { until } from '../start-platform.ts';
import { startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

interface Answer {
  readonly status: number;
  /** JSON of a gateway. */
  readonly body: Record<string, unknown>;
}

const modelNames = [...Object.keys(tritonRepository), ...Object.keys(queueingModels), ...Object.keys(raggedModels)];

let postgres: PostgresServer;
let plane: RunningPlane;
let gateway: GatewayProcess;
let repository: string;

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'cluster-ai-triton-'));
  await writeTritonRepository(repository);
  const others = { ...queueingModels, ...raggedModels };
  for (const [name, model] of Object.entries(others)) await writeRepositoryModel(repository, name, model);
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase(), {
    sources: { repository, repositoryPollMs: 100 },
  });
  gateway = await startGateway({
    name: 'configured',
    controlUrl: plane.url,
    tokenFile: join(plane.home, 'gateway-token'),
  });
  for (const name of modelNames) {
    await until(`${name} is ready`, 60_000, async () => (await call(`/v2/models/${name}/ready`)).status === 200);
  }
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await plane?.remove();
  await postgres?.remove();
  await rm(repository, { recursive: true, force: true });
});

async function call(path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  // Gateways answer JSON objects, or nothing.
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

function infer(model: string, inputs: unknown, more: Record<string, unknown> = {}): Promise<Answer> {
  return call(`/v2/models/${model}/infer`, { inputs, ...more });
}

function outputsOf({ body }: Answer): Record<string, unknown> {
  const outputs = body['outputs'];
  if (!Array.isArray(outputs)) throw new Error(`no outputs: ${JSON.stringify(body)}`);
  return Object.fromEntries(outputs.map((output: { name: string; data: unknown }) => [output.name, output.data]));
}

/** What the gateway reports of a version that is ready. */
async function observed(id: string): Promise<ObservedModel | undefined> {
  let found: ObservedModel | undefined;
  await until(`${id} is reported as ready`, 60_000, async () => {
    const { gateways } = await callEndpoint(plane.admin, getOverview);
    found = gateways[0]?.report.models.find((model) => model.id === id);
    return found?.state === 'READY';
  });
  return found;
}

const rows = (name: string, count: number, columns = 16, datatype = 'INT32') => ({
  name,
  datatype,
  shape: [count, columns],
  data: Array.from({ length: count * columns }, (_, index) => index % 50),
});

test('metadata and configuration have the batch dimension as Triton has them', async () => {
  expect((await call('/v2/models/simple')).body).toMatchObject({
    inputs: [
      { name: 'INPUT0', datatype: 'INT32', shape: [-1, 16] },
      { name: 'INPUT1', datatype: 'INT32', shape: [-1, 16] },
    ],
  });
  expect((await call('/v2/models/simple/config')).body).toMatchObject({
    name: 'simple',
    max_batch_size: 8,
    input: [{ name: 'INPUT0', data_type: 'TYPE_INT32', dims: [16] }, { name: 'INPUT1' }],
    dynamic_batching: {},
  });
  expect((await call('/v2/models/identity_fp32/config')).body).toMatchObject({
    max_batch_size: 0,
    input: [{ dims: [-1, -1] }],
  });
});

test('a request has as many rows as the configuration allows, the same in all inputs', async () => {
  const both = (count: number, other = count) => [rows('INPUT0', count), rows('INPUT1', other)];
  expect((await infer('simple', both(8))).status).toBe(200);
  const errors = [
    [both(9), "inference request batch-size must be <= 8 for 'simple'"],
    [both(2, 3), "input 'INPUT1' batch size does not match other inputs for 'simple'"],
    [
      [{ ...rows('INPUT0', 1), shape: [16] }, rows('INPUT1', 1)],
      /^unexpected shape for input 'INPUT0' for model 'simple'. Expected \[-1,16\], got \[16\]. NOTE: Setting a non-zero max_batch_size/,
    ],
  ] as const;
  for (const [inputs, message] of errors) {
    const answer = await infer('simple', inputs);
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  }
});

test('sums, texts, small integers, and every datatype as it came', async () => {
  const small = await infer('simple_int8', [rows('INPUT0', 1, 16, 'INT8'), rows('INPUT1', 1, 16, 'INT8')]);
  expect(outputsOf(small)).toEqual({
    OUTPUT0: Array.from({ length: 16 }, (_, index) => 2 * index),
    OUTPUT1: Array.from({ length: 16 }, () => 0),
  });
  const words = Array.from({ length: 16 }, (_, index) => `word ${index}`);
  const texts = await infer('simple_string', [{ name: 'INPUT0', datatype: 'BYTES', shape: [1, 16], data: words }]);
  expect(outputsOf(texts)).toEqual({ OUTPUT0: words });
  const wide = await infer('identity_int64', [rows('INPUT0', 3, 2, 'INT64')]);
  expect(outputsOf(wide)).toEqual({ OUTPUT0: [0, 1, 2, 3, 4, 5] });
});

test('a classification has the labels of the file', async () => {
  const inputs = [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 3], data: [0.25, 0.5, 0.125] }];
  const outputs = [{ name: 'OUTPUT0', parameters: { classification: 2 } }];
  const answer = await infer('classifier', inputs, { outputs });
  expect(outputsOf(answer)).toEqual({ OUTPUT0: ['0.500000:1:dog', '0.250000:0:cat'] });
});

test('reshaped tensors have the clients’ shape on both ends, and the configuration is told as the file has it', async () => {
  const answer = await infer('reshaped', [{ name: 'INPUT0', datatype: 'FP32', shape: [2, 1], data: [1, 2] }]);
  expect(answer.body['outputs']).toEqual([{ name: 'OUTPUT0', datatype: 'FP32', shape: [2, 1, 1], data: [1, 2] }]);
  expect((await call('/v2/models/reshaped/config')).body).toMatchObject({
    input: [{ dims: [1], reshape: { shape: [] } }],
    instance_group: [{ count: 2 }],
    parameters: { team: { string_value: 'search' } },
  });
});

test('as many instances run as the file says, and requests are merged up to its max_batch_size, or not at all', async () => {
  expect(await observed('reshaped@1')).toMatchObject({ instances: 2, batched: true });
  // It has no dynamic_batching.
  expect(await observed('classifier@1')).toMatchObject({ instances: 1, batched: false });
  const rowsOfRuns = async (model: string, columns: number): Promise<number[]> => {
    const inputs = [{ name: 'INPUT0', datatype: 'FP32', shape: [1, columns], data: Array(columns).fill(1) }];
    await Promise.all(Array.from({ length: 60 }, () => infer(model, inputs)));
    // The document of the statistics extension.
    const { model_stats: stats } = (await call(`/v2/models/${model}/stats`)).body as unknown as Statistics;
    return (stats[0]?.batch_stats ?? []).map(({ batch_size: size }) => size);
  };
  const merged = await rowsOfRuns('reshaped', 1);
  console.log(`60 requests at once ran in batches of ${merged.join(', ')}`);
  expect(Math.max(...merged)).toBeLessThanOrEqual(4);
  expect(await rowsOfRuns('classifier', 3)).toEqual([1]);
});

const one = (value: number) => [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 1], data: [value] }];

test('a batch waits for others as long as its configuration says, and says why it went', async () => {
  const startedAtMs = performance.now();
  const answers = await Promise.all([1, 2].map((value) => infer('delayed', one(value))));
  const tookMs = performance.now() - startedAtMs;
  console.log(`two requests that wait for a third took ${tookMs.toFixed(0)} ms`);
  expect(answers.map(outputsOf)).toEqual([{ OUTPUT0: [1] }, { OUTPUT0: [2] }]);
  expect(tookMs).toBeGreaterThan(990);
  // As many as fit do not wait.
  const full = performance.now();
  await Promise.all([1, 2, 3, 4].map((value) => infer('delayed', one(value))));
  console.log(`four, which fill a batch, took ${(performance.now() - full).toFixed(0)} ms`);
  const { model_stats: stats } = (await call('/v2/models/delayed/stats')).body as unknown as Statistics;
  expect(stats[0]?.batch_stats.map(({ batch_size: size }) => size)).toEqual([2, 4]);
  const page = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  const lines = page.split('\n').filter((line) => line.includes('_closed_total{model="delayed@1"'));
  const closed = lines.filter((line) => !line.endsWith(' 0')).map((line) => line.replace(/.*reason="(\w+)"} /, '$1 '));
  expect(closed).toEqual(['full 1', 'delay 1']);
  // A deadline ends the wait.
  const hasty = performance.now();
  expect((await infer('delayed', one(5), { parameters: { timeout: 900_000 } })).status).toBe(200);
  console.log(`one with a deadline in 900 ms took ${(performance.now() - hasty).toFixed(0)} ms`);
});

test('higher priorities overtake, and who is too many, or waits for too long, is refused in Triton’s words', async () => {
  const order: string[] = [];
  const refusals: string[] = [];
  const someAreRefused = Promise.withResolvers<void>();
  const send = async (name: string, parameters: Record<string, unknown> = {}): Promise<void> => {
    const { status, body } = await infer('slow_queue', one(7), { parameters });
    if (status === 200) order.push(name);
    else {
      refusals.push(`${status} ${String(body['error'])}`);
      someAreRefused.resolve();
    }
  };
  const low = Array.from({ length: 16 }, (_, index) => send(`low ${index}`));
  // They are inside before these come.
  await someAreRefused.promise;
  const high = [send('high', { priority: 1 }), send('late', { priority: 1, timeout: 1 })];
  await Promise.all([...low, ...high]);
  console.log(`answered: ${order.join(', ')}`);
  expect(order.indexOf('high')).toBeGreaterThanOrEqual(0);
  expect(order.indexOf('high')).toBeLessThan(order.length - 2);
  const full = /^503 Exceeds maximum queue size: 8 requests of priority 2 wait for model 'slow_queue'/;
  const late = /^503 Request timeout expired: it waited for model 'slow_queue'/;
  expect(refusals.filter((text) => late.test(text))).toHaveLength(1);
  expect(refusals.filter((text) => full.test(text))).toHaveLength(refusals.length - 1);
  expect(order.length + refusals.length).toBe(18);
});

test('requests of different lengths run together where that was found to change nothing, and alone elsewhere', async () => {
  for (const [model, batched] of [
    ['ragged', true],
    ['ragged_meddler', false],
  ] as const) {
    const reason = expect.stringContaining(batched ? '' : 'of different lengths get other answers together than alone');
    expect(await observed(`${model}@1`)).toMatchObject({ batched, reason });
    const lengths = [3, 1, 6, 2, 4, 5, 1, 2];
    const answers = await Promise.all(
      lengths.map((length) =>
        infer(model, [{ name: 'INPUT0', datatype: 'FP32', shape: [1, length], data: ones(length) }]),
      ),
    );
    for (const [index, length] of lengths.entries()) {
      expect(answers[index]?.body['outputs']).toEqual([
        // Alone, the largest number of the meddler is that of the row itself.
        { name: 'SUM', datatype: 'FP32', shape: [1, 1], data: [length + (batched ? 0 : 1)] },
        { name: 'DOUBLE', datatype: 'FP32', shape: [1, length], data: ones(length).map((number) => 2 * number) },
      ]);
    }
    const { model_stats: stats } = (await call(`/v2/models/${model}/stats`)).body as unknown as Statistics;
    const sizes = (stats[0]?.batch_stats ?? []).map(({ batch_size: size }) => size);
    console.log(`${model}: batches of ${sizes.join(', ')}`);
    expect(Math.max(...sizes)).toBe(batched ? 8 : 1);
  }
  const warned = gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(': requests are not merged: '));
  expect(warned.filter((line) => line.includes('ragged_meddler@1'))).toHaveLength(1);
  expect((await call('/v2/models/ragged/config')).body).toMatchObject({
    input: [{ name: 'INPUT0', allow_ragged_batch: true }],
    batch_input: [{ kind: 'BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO', target_name: ['PLACES'] }],
    batch_output: [{ target_name: ['DOUBLE'], source_input: ['INPUT0'] }],
  });
});

const ones = (length: number): number[] => Array.from({ length }, () => 1);

interface Statistics {
  readonly model_stats: readonly { readonly batch_stats: readonly { readonly batch_size: number }[] }[];
}

test('every version of the policy can be called by its number, and calls without one go to the newest', async () => {
  const inputs = [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 2], data: [1, 2] }];
  for (const version of [1, 2]) {
    const path = `/v2/models/warmed/versions/${version}/ready`;
    await until(`version ${version} is ready`, 30_000, async () => (await call(path)).status === 200);
  }
  expect((await call('/v2/models/warmed/versions/1/infer', { inputs })).body['model_version']).toBe('1');
  expect((await infer('warmed', inputs)).body['model_version']).toBe('2');
});

test('requests of a sequence keep their order and its state, among those of others', async () => {
  const step = (id: number | string, value: number, flags: Record<string, boolean> = {}) =>
    infer('simple_sequence', [{ name: 'INPUT', datatype: 'INT32', shape: [1, 1], data: [value] }], {
      parameters: { sequence_id: id, ...flags },
    });
  const first = await step(1, 1, { sequence_start: true });
  expect(outputsOf(first)).toEqual({ OUTPUT: [101], CORRELATION: [1] });
  // None of them waits for the answer of another.
  const answers = await Promise.all([
    step(1, 2),
    step(2, 50, { sequence_start: true }),
    step(1, 3),
    step(2, 5),
    step(1, 4, { sequence_end: true }),
  ]);
  expect(answers.map((answer) => outputsOf(answer)['OUTPUT'])).toEqual([[103], [150], [106], [155], [1_110]]);
  expect((await step(1, 9)).body['error']).toBe(
    "inference request for sequence 1 to model 'simple_sequence' must specify the START flag on the first request of the sequence",
  );
  expect((await step(0, 1, { sequence_start: true })).body['error']).toContain('must specify a non-zero or non-empty');
  expect((await step('ada', 1, { sequence_start: true })).status).toBe(400);
  const metadata = (await call('/v2/models/simple_sequence')).body;
  expect(metadata).toMatchObject({
    inputs: [{ name: 'INPUT' }],
    outputs: [{ name: 'OUTPUT' }, { name: 'CORRELATION' }],
  });
  expect(JSON.stringify(metadata)).not.toContain('TOTAL');
});

test('tritonclient gets right answers of every model, over HTTP and gRPC', async () => {
  const { url, grpcAddress } = gateway;
  const server = { url, grpcAddress, operatorKey: '', stop: async () => undefined };
  await expectAllCases('python', 'tritonclient/configured.py', server, modelNames);
});

test('what is not honoured is named in one line of the log; what is wrong keeps the version out, and says why', async () => {
  const lines = plane.log.filter((line) => line.includes('fields of a configuration are not honoured'));
  expect(lines.filter((line) => line.includes('"simple_sequence"'))).toHaveLength(1);
  await writeFile(
    join(repository, 'simple', 'config.pbtxt'),
    'max_batch_size: 8\ninput { name: "INPUT0" data_type: TYPE_FP32 dims: 16 }',
  );
  const problem =
    "simple/1 in the model repository is not served: config.pbtxt: input[0].data_type: input 'INPUT0' is FP32 here and INT32 in the model (and 1 more); write data_type: TYPE_INT32";
  await until('the problem is known', 20_000, () => plane.log.some((line) => line.includes(problem)));
});

test('a version is not ready before its model_warmup has passed, and the index says what failed', async () => {
  const entry = async (name: string): Promise<unknown> => {
    const response = await fetch(`${gateway.url}/v2/repository/index`, { method: 'POST' });
    // The index is a list of these.
    return ((await response.json()) as { name: string }[]).find((one) => one.name === name);
  };
  await writeRepositoryModel(repository, 'picking', pickingModel(99));
  const reason = expect.stringMatching(/^model_warmup 'pick' failed: .*(?:out of data bounds|out of bounds)/s);
  const hasFailed = async () => JSON.stringify(await entry('picking'))?.includes('UNAVAILABLE') ?? false;
  await until('the sample has failed', 30_000, hasFailed);
  expect(await entry('picking')).toEqual({ name: 'picking', version: '1', state: 'UNAVAILABLE', reason });
  expect((await call('/v2/models/picking/ready')).status).toBe(400);
  const inputs = [{ name: 'INPUT0', datatype: 'INT32', shape: [1, 1], data: [2] }];
  expect((await infer('picking', inputs)).status).toBe(503);
  const headers = { authorization: `Bearer ${plane.admin.token}` };
  const loading = await fetch(`${gateway.url}/v2/repository/models/picking/load`, { method: 'POST', headers });
  expect({ status: loading.status, body: await loading.json() }).toEqual({
    status: 400,
    body: { error: expect.stringMatching(/^failed to load 'picking' version 1: model_warmup 'pick' failed: /) },
  });

  const mended = pickingModel(3);
  await writeRepositoryModel(repository, 'picking', mended);
  await until(
    'the other sample has passed',
    30_000,
    async () => (await call('/v2/models/picking/ready')).status === 200,
  );
  expect(outputsOf(await infer('picking', inputs))).toEqual({ OUTPUT0: [2.5] });

  // A sample that cannot fit is known without a run.
  const misfits = [
    ['dims: 1', 'dims: [ 1, 7 ]', "input 'INPUT0' has dims [1, 7] here, and requests have [1] behind the batch"],
    ['key: "INPUT0"', 'key: "INPUT9"', "the model has no input 'INPUT9' (and 1 more)"],
  ] as const;
  for (const [index, [from, to, told]] of misfits.entries()) {
    const [before, sample] = String(mended['config.pbtxt']).split('model_warmup');
    const config = `${before}model_warmup${sample?.replace(from, to)}`;
    await writeRepositoryModel(repository, `misfit_${index}`, { ...mended, 'config.pbtxt': config });
    const problem = `misfit_${index}/1 in the model repository is not served: config.pbtxt: model_warmup[0].inputs`;
    const line = () => plane.log.find((one) => one.includes(problem)) ?? '';
    await until(`${problem} is known`, 20_000, () => line() !== '');
    expect(line()).toContain(told);
  }
});

test('model-settings.json of MLServer is honoured', async () => {
  const settings = {
    implementation: 'mlserver_onnx.OnnxModel',
    // Each request runs by itself.
    max_batch_size: 0,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    parameters: { extra: { team: 'search' } },
  };
  await writeRepositoryModel(repository, 'moved', {
    'model-settings.json': JSON.stringify(settings),
    '1/model.onnx': addModel(1).bytes,
  });
  expect(await observed('moved@1')).toMatchObject({ batched: false });
  expect((await call('/v2/models/moved/config')).body).toMatchObject({
    parameters: { team: { string_value: 'search' } },
  });
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
  expect(outputsOf(await infer('moved', inputs))).toEqual({ y: [2, 3, 4, 5] });
  const wrong = { ...settings, inputs: [{ name: 'x', datatype: 'INT32', shape: [-1, 4] }] };
  await writeRepositoryModel(repository, 'mistaken', {
    'model-settings.json': JSON.stringify(wrong),
    '1/model.onnx': addModel(1).bytes,
  });
  const problem = 'mistaken/1 in the model repository is not served: model-settings.json: ';
  const told = (line: string): boolean =>
    line.includes(problem) && line.includes("input 'x' is INT32 here and FP32 in the model");
  await until(`${problem} is known`, 20_000, () => plane.log.some(told));
});
