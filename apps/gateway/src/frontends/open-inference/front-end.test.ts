import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { readConfigJson } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import { fakeCall, fakeReply, type FakeCallOptions } from '@cluster-ai/testkit/fake-call.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotKey, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { describe, expect, test } from 'vitest';
import { Admission } from '../../admission/admission.ts';
import { createAuthenticate } from '../../auth/authenticate.ts';
import { KeyRing } from '../../auth/key-ring.ts';
import { PredictTokens } from '../../auth/predict-tokens.ts';
import type { AutomaticReport } from '../../batching/automatic-batching.ts';
import { TickBatcher } from '../../batching/tick-batcher.ts';
import { KeyUses } from '../../limits/key-uses.ts';
import { Limiter } from '../../limits/limiter.ts';
import { SwitchedLog } from '../../open-inference/log-settings.ts';
import { presets } from '../../open-inference/preset.ts';
import { TraceSettings } from '../../open-inference/trace-settings.ts';
import { createRequestIds } from '../../request-id.ts';
import { RouteTable } from '../../routing/route-table.ts';
import { Observer } from '../../telemetry/observer.ts';
import { createOpenInferenceFrontEnd } from './front-end.ts';

/** A gateway without a network and without a runtime: model `echo` gives its two columns back. */
function setUp(
  options: { readonly as?: keyof typeof presets; readonly ready?: boolean; readonly automatic?: AutomaticReport } = {},
) {
  const log = new MemoryLog();
  const model = snapshotModel('echo', 3);
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  executor.answer = (run) => run.succeed();
  const batcher = new TickBatcher(executor, { clock: systemClock, queueLengthMax: 10, enabled: true });
  const traces = new TraceSettings();
  const observer = new Observer({ clock: systemClock, log, slowRequestMs: 60_000, sampleEvery: 0, traces });
  const stats = observer.statsFor('echo', model.id);
  const report = options.automatic;
  const automatic = report === undefined ? {} : { automatic: { report: () => report } };
  const routes = new RouteTable(seededRandom(1));
  routes.replace(
    [
      {
        name: 'echo',
        stickyHeader: 'x-unit',
        serving: [{ id: model.id, weight: 1, model, executor, batcher, stats, ...automatic }],
        wanted: [model],
      },
      { name: 'slow', stickyHeader: 'x-unit', serving: [], wanted: [snapshotModel('slow', 1)] },
    ],
    ['gone'],
  );
  const uses = new KeyUses(systemClock);
  const keys = new KeyRing(uses);
  keys.replace([
    snapshotKey('operates', { actions: ['operate'] }),
    snapshotKey('operates-echo', { actions: ['operate'], models: ['echo'] }),
  ]);
  const calls: string[] = [];
  const admission = new Admission({ inFlightMax: 10, bodyBytesInFlightMax: 1_000_000 });
  const handler = createOpenInferenceFrontEnd({
    stages: {
      authenticate: createAuthenticate({
        keys,
        tokens: new PredictTokens(),
        lockout: { attempt: async () => 0 },
        auth: 'loopback-exempt',
        trustedProxies: [],
        clock: systemClock,
      }),
      admission,
      limiter: new Limiter({ uses, clock: systemClock, log, shared: null }),
      routes,
      observer,
      nextRequestId: createRequestIds(),
      defaultTimeoutMs: 30_000,
    },
    isReady: () => options.ready ?? true,
    metrics: () => '',
    jsonBytesMax: 100_000,
    jsonNumbers: 'wasm',
    bodyBytesMax: 100_000,
    repository: {
      index: (_caller, readyOnly) => [
        { name: 'echo', version: '3', state: 'READY', reason: readyOnly ? 'asked for ready ones' : '' },
      ],
      load: async ({ key }, name) => void calls.push(`load ${name} ${key?.slice(0, 4)}`),
      unload: async ({ key }, name) => void calls.push(`unload ${name} ${key?.slice(0, 4)}`),
    },
    traces,
    log: new SwitchedLog(createLogger({ program: 'gateway', level: 'info', destination: { write: () => undefined } })),
    preset: presets[options.as ?? 'cluster-ai'],
    serverVersion: '1.2.3',
  });
  const send = async (method: 'GET' | 'POST', rawPath: string, body = '', more: FakeCallOptions = {}) => {
    const reply = fakeReply();
    await handler(fakeCall({ method, rawPath, body, ...more, headers: { host: 'localhost', ...more.headers } }), reply);
    if (reply.sent === null) throw new Error('nothing was sent');
    return { status: reply.sent.status, text: reply.sent.text, headers: reply.sent.headers };
  };
  return { send, calls, log, admission };
}

test('a model is explained: how its requests become batches, and what to change', async () => {
  const { send } = setUp();
  const body = '{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2,3,4]}]}';
  expect((await send('POST', '/v2/models/echo/infer', body)).status).toBe(200);
  const { status, text } = await send('GET', '/v2/models/echo/explain');
  expect(status).toBe(200);
  const closed = { full: 0, preferred: 0, delay: 0, idle: 1, deadline: 0, shape: 0, priority: 0, alone: 0 };
  const times = { count: 1, mean_ms: expect.any(Number), p50_ms: expect.any(Number), p99_ms: expect.any(Number) };
  expect(JSON.parse(text)).toEqual({
    model_name: 'echo',
    versions: [
      {
        version: '3',
        batching: {
          max_batch_rows: 8,
          requests_stay_apart: null,
          preferred_batch_size: [8],
          max_queue_delay_microseconds: 0,
          preserve_ordering: false,
          priority_levels: 0,
          rows_are_of: 'gateway',
          delay_is_of: 'gateway',
          rest_is_of: 'gateway',
        },
        waiting: 0,
        batches: {
          count: 1,
          requests: 1,
          rows: 2,
          mean_rows: 2,
          closed,
          sizes: [{ rows_max: 2, batches: 1 }],
          taken_apart: 0,
        },
        queue: times,
        compute: times,
        refused: { queue_full: 0, queue_timeout: 0 },
        advice: [
          {
            kind: 'tooFew',
            finding: '1 batch has run since the version was loaded; advice begins with 100',
            change: null,
            configuration: null,
          },
        ],
      },
    ],
  });
  expect((await send('GET', '/v2/models/echo/versions/3/explain')).text).toContain('"version":"3"');
  expect((await send('GET', '/v2/models/echo/versions/4/explain')).status).toBe(404);
  expect((await send('GET', '/v2/models/slow/explain')).text).toBe('{"model_name":"slow","versions":[]}');
  expect((await send('GET', '/v2/models/none/explain')).status).toBe(404);
  expect((await send('POST', '/v2/models/echo/explain')).status).toBe(405);
});

test('what is picked for a latency objective is explained with its reasons', async () => {
  const atMs = Date.UTC(2026, 0, 2);
  const decision = { what: 'rows', chosen: '16 rows', because: 'p99 is 6 ms of 20 ms', atMs } as const;
  const choice = { rowsMax: 16, delayMs: 0.25, instances: 2 };
  const fixed = { rows: false, delay: false, instances: false };
  const { send } = setUp({
    automatic: { objectiveMs: 20, standing: 'held', p99Ms: 6, choice, fixed, decisions: [decision] },
  });
  const { versions } = JSON.parse((await send('GET', '/v2/models/echo/explain')).text);
  expect(versions[0]).toMatchObject({
    objective: {
      latency_objective_ms: 20,
      standing: 'held',
      p99_ms: 6,
      max_batch_rows: 16,
      max_queue_delay_microseconds: 250,
      instances: 2,
    },
    decisions: [{ what: 'rows', chosen: '16 rows', because: 'p99 is 6 ms of 20 ms', at: '2026-01-02T00:00:00.000Z' }],
  });
});

const bearer = (id: string): FakeCallOptions => ({ headers: { authorization: `Bearer ${id}` } });

test('bodies of extensions count among those that are inside, until they are answered', async () => {
  const { send, admission } = setUp();
  expect((await send('POST', '/v2/repository/index', '{"ready":true}')).status).toBe(200);
  expect(admission.bodyBytes).toBe(0);
  admission.keep(999_990);
  expect((await send('POST', '/v2/repository/index', '{"ready":true}')).status).toBe(503);
  expect((await send('POST', '/v2/repository/index')).status).toBe(200);
  expect(admission.bodyBytes).toBe(999_990);
});

describe('predictions in other forms', () => {
  test('generate', async () => {
    const { send } = setUp();
    expect(await send('POST', '/v2/models/echo/generate', '{"id":"r","x":[1.5,-2]}')).toMatchObject({
      status: 200,
      text: '{"id":"r","model_name":"echo","model_version":"3","y":[1.5,-2]}',
    });
  });

  test('an ordinary request to generate is answered as to infer', async () => {
    const { send } = setUp();
    const body = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1.5,-2]}]}';
    const text =
      '{"model_name":"echo","model_version":"3","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[1.5,-2]}]}';
    expect((await send('POST', '/v2/models/echo/infer', body)).text).toBe(text);
    expect((await send('POST', '/v2/models/echo/generate', body)).text).toBe(text);
  });

  test('a raw request, whose answer is binary', async () => {
    const { send } = setUp();
    const headers = { 'inference-header-content-length': '0' };
    const { status, text, headers: sent } = await send('POST', '/v2/models/echo/infer', '12345678', { headers });
    const length = Number(sent.get('inference-header-content-length'));
    expect([status, sent.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(JSON.parse(text.slice(0, length))).toMatchObject({
      outputs: [{ name: 'y', shape: [1, 2], parameters: { binary_data_size: 8 } }],
    });
    expect(text.slice(length)).toBe('12345678');
  });

  test('KServe v1', async () => {
    const { send } = setUp();
    expect(await send('POST', '/v1/models/echo:predict', '{"instances":[[1,2],[3,4]]}')).toMatchObject({
      status: 200,
      text: '{"predictions":[[1,2],[3,4]]}',
    });
    expect(await send('GET', '/v1/models/echo')).toMatchObject({ status: 200, text: '{"name":"echo","ready":true}' });
    expect((await send('GET', '/v1/models/slow')).status).toBe(503);
    expect((await send('GET', '/v1/models/none')).status).toBe(404);
  });

  test('classes in place of values', async () => {
    const { send } = setUp();
    const outputs = [{ name: 'y', parameters: { classification: 1 } }];
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2, 4, 3] }];
    const { text } = await send('POST', '/v2/models/echo/infer', JSON.stringify({ inputs, outputs }));
    expect(JSON.parse(text)).toMatchObject({
      outputs: [{ name: 'y', datatype: 'BYTES', shape: [2, 1], data: ['2.000000:1', '4.000000:0'] }],
    });
  });

  test('a name that is unloaded says so', async () => {
    const { send } = setUp();
    expect(await send('POST', '/v2/models/gone/infer', '{"inputs":[]}')).toMatchObject({
      status: 503,
      text: `{"error":"Request for unknown model: 'gone' has no available versions: it is unloaded"}`,
    });
  });
});

test('statistics count what was predicted, and its parts make up the whole', async () => {
  const { send } = setUp();
  for (let count = 0; count < 3; count += 1) {
    await send('POST', '/v1/models/echo:predict', '{"instances":[[1,2],[3,4]]}');
  }
  await send('POST', '/v2/models/echo/infer', '{"inputs":[]}');
  const { text } = await send('GET', '/v2/models/echo/versions/3/stats');
  const [stats] = (JSON.parse(text) as { model_stats: readonly StatsDocument[] }).model_stats;
  expect(stats).toMatchObject({ name: 'echo', version: '3', inference_count: 6, execution_count: 3 });
  const { success, fail, queue, compute_input, compute_infer, compute_output } = stats?.inference_stats ?? {};
  expect([success?.count, fail?.count, queue?.count]).toEqual([3, 1, 3]);
  const parts = [queue, compute_input, compute_infer, compute_output].reduce((sum, part) => sum + (part?.ns ?? 0), 0);
  expect(parts).toBeGreaterThan(0);
  expect((await send('GET', '/v2/models/stats')).text).toContain('"batch_stats":[{"batch_size":2,');
});

interface StatsDocument {
  readonly inference_stats: Readonly<Record<string, { readonly count: number; readonly ns: number } | undefined>>;
}

test('the configuration tells dimensions of one row, and the batch apart', async () => {
  const { send } = setUp();
  const { text } = await send('GET', '/v2/models/echo/config');
  expect(JSON.parse(text)).toMatchObject({
    name: 'echo',
    max_batch_size: 8,
    input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [2] }],
    output: [{ name: 'y', dims: [2] }],
    version_policy: { latest: { num_versions: 1 } },
    model_transaction_policy: { decoupled: false },
  });
  expect((await send('GET', '/v2/models/none/config')).status).toBe(404);
  // Clients change what they have read, and load it again.
  const findings = new Findings();
  expect(readConfigJson(text, 'echo', findings)).toMatchObject({ maxBatchSize: 8, inputs: [{ name: 'x', dims: [2] }] });
  expect([findings.wrong, findings.ignored]).toEqual([[], []]);
});

describe('the repository', () => {
  test('is listed with and without a body', async () => {
    const { send } = setUp();
    const entry = '{"name":"echo","version":"3","state":"READY","reason":';
    expect((await send('POST', '/v2/repository/index')).text).toBe(`[${entry}""}]`);
    expect((await send('POST', '/v2/repository/index', '{"ready":true}')).text).toContain('asked for ready ones');
    expect(await send('POST', '/v2/repository/index', '{"ready":1}')).toMatchObject({
      status: 400,
      text: `{"error":"Invalid value for 'ready': expected a boolean"}`,
    });
  });

  test('hands the key of the caller on', async () => {
    const { send, calls } = setUp();
    const loaded = await send('POST', '/v2/repository/models/echo/load', '', bearer('operates'));
    expect([loaded.status, loaded.text]).toEqual([200, '']);
    const body = '{"parameters":{"unload_dependents":true}}';
    expect((await send('POST', '/v2/repository/models/echo/unload', body, bearer('operates'))).status).toBe(200);
    expect(calls).toEqual(['load echo oper', 'unload echo oper']);
    const wrong = '{"parameters":{"unload_dependents":1}}';
    expect(await send('POST', '/v2/repository/models/echo/unload', wrong, bearer('operates'))).toMatchObject({
      status: 400,
      text: `{"error":"Unable to parse 'unload_dependents': attempt to access JSON non-boolean as boolean"}`,
    });
  });

  test.each([
    '/v2/repository/own/index',
    '/v2/repository/own/models/echo/load',
    '/v2/repository/own/models/echo/unload',
  ])('has no name: %s', async (path) => {
    expect(await setUp().send('POST', path)).toMatchObject({
      status: 501,
      text: `{"error":"'repository_name' specification is not supported"}`,
    });
  });
});

describe('settings', () => {
  test('are read by everybody here, and changed by nobody without a key', async () => {
    const { send } = setUp();
    expect(JSON.parse((await send('GET', '/v2/trace/setting')).text)).toEqual({
      trace_level: ['OFF'],
      trace_rate: '1000',
      trace_count: '-1',
      log_frequency: '0',
      trace_file: '',
      trace_mode: 'triton',
    });
    expect(JSON.parse((await send('GET', '/v2/logging')).text)).toEqual({
      log_file: '',
      log_info: true,
      log_warning: true,
      log_error: true,
      log_verbose_level: 0,
      log_format: 'ISO8601',
    });
    for (const path of ['/v2/trace/setting', '/v2/models/echo/trace/setting', '/v2/logging']) {
      expect((await send('POST', path, '{}')).status).toBe(403);
    }
    expect((await send('GET', '/v2/models/none/trace/setting')).status).toBe(404);
    expect((await send('GET', '/v2/models/echo/versions/3/trace/setting')).status).toBe(200);
    expect((await send('GET', '/v2/models/echo/versions/4/trace/setting')).status).toBe(404);
  });

  test('of all models are not for a key that is for some', async () => {
    const { send, log } = setUp();
    const change = '{"trace_level":["TIMESTAMPS"],"trace_rate":"1"}';
    expect((await send('POST', '/v2/trace/setting', change, bearer('operates-echo'))).status).toBe(403);
    expect((await send('POST', '/v2/logging', '{}', bearer('operates-echo'))).status).toBe(403);
    const { text } = await send('POST', '/v2/models/echo/trace/setting', change, bearer('operates-echo'));
    expect(JSON.parse(text)).toMatchObject({ trace_level: ['TIMESTAMPS'], trace_rate: '1' });
    await send('POST', '/v1/models/echo:predict', '{"instances":[[1,2]]}');
    expect(log.lines.find(({ message }) => message === 'request (traced)')?.fields).toMatchObject({
      route: 'echo',
      model: 'echo@3',
      trace: { totalMs: expect.any(Number), queueMs: expect.any(Number), computeMs: expect.any(Number) },
    });
    const logging = await send('POST', '/v2/logging', '{"log_info":false}', bearer('operates'));
    expect(JSON.parse(logging.text)).toMatchObject({ log_info: false, log_warning: true });
  });
});

describe('shared memory', () => {
  test('is empty, and stays so', async () => {
    const { send } = setUp();
    expect((await send('GET', '/v2/systemsharedmemory/status')).text).toBe('[]');
    expect(await send('GET', '/v2/cudasharedmemory/region/r/status')).toMatchObject({
      status: 404,
      text: `{"error":"Unable to find cuda shared memory region: 'r'"}`,
    });
    expect((await send('POST', '/v2/systemsharedmemory/region/r/register', '{}')).status).toBe(501);
    expect((await send('POST', '/v2/cudasharedmemory/unregister')).status).toBe(501);
  });
});

describe('like another server', () => {
  test.each([
    { as: 'cluster-ai', notReady: 503, root: 404, wordVersion: 404, unknown: 400, loading: 400, unloaded: 400 },
    { as: 'triton', notReady: 400, root: 404, wordVersion: 'no path', unknown: 400, loading: 400, unloaded: 400 },
    { as: 'kserve', notReady: 503, root: 200, wordVersion: 404, unknown: 404, loading: 503, unloaded: 503 },
  ] as const)('$as', async ({ as, ...expected }) => {
    const { send } = setUp({ as });
    expect(JSON.parse((await send('GET', '/v2')).text)).toMatchObject({ name: as });
    const version = await send('GET', '/v2/models/echo/versions/latest');
    expect({
      notReady: (await setUp({ as, ready: false }).send('GET', '/v2/health/ready')).status,
      root: (await send('GET', '/')).status,
      // A version that is no number is none that there is; in Triton, not even a path.
      wordVersion: version.text === '{"error":"Not Found"}' ? 'no path' : version.status,
      unknown: (await send('GET', '/v2/models/none/ready')).status,
      loading: (await send('GET', '/v2/models/slow/ready')).status,
      unloaded: (await send('GET', '/v2/models/gone/ready')).status,
    }).toEqual(expected);
  });
});
