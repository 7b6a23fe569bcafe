import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getModelBatching } from '@cluster-ai/contract/api/models.ts';
import { identityAfterProducts } from '@cluster-ai/testkit/models/queueing-models.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type GatewayProcess } from '../start-gateway.ts';
import { until } from '../start-platform.ts';
import { countKinds, latencyMs, startSteadyLoad, type LoadRequest } from '../steady-load.ts';
import { pushModel, startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { callGateway } from './gateway-calls.ts';

/** A gateway whose models have objectives, under load. */
let postgres: PostgresServer;
let plane: RunningPlane;
let gateway: GatewayProcess;

/** Milliseconds for a run of one row, and little more for one of 32. */
const file = { path: 'model.onnx', bytes: identityAfterProducts(20) };

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  await pushModel(plane, 'roomy', [file], { settings: { latencyObjectiveMs: 2_000, instances: 1 } });
  await pushModel(plane, 'strict', [file], { settings: { latencyObjectiveMs: 0.5 } });
  await pushModel(plane, 'free', [file], { settings: { maxBatchSize: 64 } });
  gateway = await startGateway({
    name: 'objective',
    controlUrl: plane.url,
    tokenFile: join(plane.home, 'gateway-token'),
    settings: { BATCHING_INSTANCES_MAX: '2' },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await plane?.remove();
  await postgres?.remove();
});

interface Explained {
  readonly objective?: Readonly<Record<'standing' | 'p99_ms' | 'max_batch_rows' | 'instances', unknown>>;
  readonly decisions?: readonly { readonly what: string; readonly chosen: string; readonly because: string }[];
  readonly batching: { readonly max_batch_rows: number };
  readonly batches: { readonly mean_rows: number; readonly sizes: readonly { readonly rows_max: number }[] };
}

async function explained(model: string): Promise<Explained> {
  const { text } = await callGateway(gateway, { path: `/v2/models/${model}/explain` });
  // The page of this gateway, which front-end.test.ts holds to its form.
  const [version] = (JSON.parse(text) as { readonly versions: readonly Explained[] }).versions;
  if (version === undefined) throw new Error(`${model} is not served`);
  return version;
}

async function largestBatch(model: string): Promise<number> {
  const { batches } = await explained(model);
  return batches.sizes.at(-1)?.rows_max ?? 0;
}

async function metric(name: string, model: string): Promise<number> {
  const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  return Number(new RegExp(`^cluster_ai_gateway_${name}\\{model="${model}@1"\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

function predictionOf(model: string): LoadRequest {
  return {
    path: `/v2/models/${model}/infer`,
    body: JSON.stringify({ inputs: [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 1], data: [7] }] }),
    check: (body) => (body.includes('"data":[7]') ? null : body),
  };
}

test('where there is room, batches grow, and the reasons are told', async () => {
  expect(await explained('roomy')).toMatchObject({ batching: { max_batch_rows: 8 }, decisions: [] });
  const load = startSteadyLoad(gateway.url, predictionOf('roomy'), { clients: 48, pauseMs: 0 });
  const tookMs = await until('the limit has grown', 60_000, async () => (await metric('batch_rows_max', 'roomy')) > 8);
  await until('batches have grown', 60_000, async () => (await largestBatch('roomy')) > 8);
  const outcomes = await load.stop();
  const { objective, decisions = [], batches } = await explained('roomy');
  console.log(
    `after ${Math.round(tookMs)} ms:`,
    { ...objective, meanRows: batches.mean_rows.toFixed(1), p99Ms: latencyMs(outcomes, 0.99).toFixed(1) },
    decisions.map(({ chosen, because }) => `${chosen}: ${because}`),
  );
  expect(countKinds(outcomes)).toMatchObject({ wrong: 0, error: 0, lost: 0, refused: 0 });
  expect(decisions[0]).toMatchObject({
    what: 'rows',
    chosen: '16 rows',
    because: expect.stringMatching(/^p99 is [\d.]+ ms of 2000 ms, \d+ % of the batches were full, and 16 rows/),
  });
  // What the operator has fixed stays.
  expect(decisions.map(({ what }) => what)).not.toContain('instances');
  expect(await metric('latency_objective_seconds', 'roomy')).toBe(2);
  expect(await metric('latency_objective_missed', 'roomy')).toBe(0);
});

test('an objective out of reach is told with its cause, after another instance was tried', async () => {
  const load = startSteadyLoad(gateway.url, predictionOf('strict'), { clients: 24, pauseMs: 0 });
  const tookMs = await until(
    'it is told',
    60_000,
    async () => (await metric('latency_objective_missed', 'strict')) === 1,
  );
  const outcomes = await load.stop();
  const { objective, decisions = [] } = await explained('strict');
  console.log(
    `after ${Math.round(tookMs)} ms:`,
    objective,
    decisions.map(({ chosen, because }) => `${chosen}: ${because}`),
  );
  // Instances came and may have gone while requests ran: none of them was lost.
  expect(countKinds(outcomes)).toMatchObject({ wrong: 0, error: 0, lost: 0, refused: 0 });
  expect(objective?.standing).toBe('missed');
  expect(decisions).toContainEqual(
    expect.objectContaining({ what: 'instances', chosen: '2 instances', because: expect.stringMatching(/busy for/) }),
  );
  expect(decisions.find(({ what }) => what === 'objective')).toMatchObject({
    chosen: '0.5 ms cannot be held',
    because: expect.stringMatching(/a run of one row alone takes [\d.]+ ms$/),
  });
  // The same reaches whoever asks the control plane.
  await until('the control plane knows', 20_000, async () => {
    const { versions } = await callEndpoint(plane.admin, getModelBatching, { params: { name: 'strict' } });
    return versions.some(({ automatic }) => automatic?.standing === 'missed' && automatic.decisions.length > 0);
  });
  const instances = Number(objective?.instances);
  await until(
    'so many instances are there',
    10_000,
    async () => (await metric('model_instances', 'strict')) === instances,
  );
});

test('a model without an objective is left alone', async () => {
  expect(await explained('free')).toMatchObject({ batching: { max_batch_rows: 64, max_queue_delay_microseconds: 0 } });
  expect((await explained('free')).objective).toBeUndefined();
  expect(await metric('latency_objective_seconds', 'free')).toBeNaN();
  expect(await metric('model_instances', 'free')).toBe(1);
});
