import { ClusterError } from '@cluster-ai/core/errors.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { fakeCall, fakeReply, type FakeCallOptions } from '@cluster-ai/testkit/fake-call.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotKey, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { Admission } from './admission/admission.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { KeyRing } from './auth/key-ring.ts';
import { PredictTokens } from './auth/predict-tokens.ts';
import { TickBatcher } from './batching/tick-batcher.ts';
import { ControlAddresses } from './control/control-addresses.ts';
import { createOpenInferenceFrontEnd } from './frontends/open-inference/front-end.ts';
import { KeyUses } from './limits/key-uses.ts';
import { Limiter } from './limits/limiter.ts';
import { SwitchedLog } from './open-inference/log-settings.ts';
import { presets } from './open-inference/preset.ts';
import { ModelRepository } from './open-inference/repository.ts';
import { TraceSettings } from './open-inference/trace-settings.ts';
import { createRequestIds } from './request-id.ts';
import { RouteTable } from './routing/route-table.ts';
import { Observer } from './telemetry/observer.ts';

const inferPath = '/v2/models/echo/infer';

/** A gateway without a network and without a runtime: model `echo` gives its input back. */
function setUp(
  options: {
    readonly inFlightMax?: number;
    readonly bodyBytesInFlightMax?: number;
    readonly queueLengthMax?: number;
    readonly auth?: 'required';
    readonly as?: 'triton' | 'kserve';
  } = {},
) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const model = snapshotModel('echo', 3);
  const loading = snapshotModel('slow', 1);
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  executor.answer = (run) => run.succeed();
  const batcher = new TickBatcher(executor, { clock, queueLengthMax: options.queueLengthMax ?? 100, enabled: true });
  const observer = new Observer({ clock, log, slowRequestMs: 1_000, sampleEvery: 0, traces: { takes: () => false } });
  const stats = observer.statsFor('echo', model.id);
  const routes = new RouteTable(seededRandom(1));
  routes.replace([
    {
      name: 'echo',
      stickyHeader: 'x-unit',
      serving: [{ id: model.id, weight: 1, model, executor, batcher, stats }],
      wanted: [model],
    },
    { name: 'slow', stickyHeader: 'x-unit', serving: [], wanted: [loading] },
  ]);
  const uses = new KeyUses(clock);
  const keys = new KeyRing(uses);
  keys.replace([
    snapshotKey('good'),
    snapshotKey('infers', { actions: ['infer'] }),
    snapshotKey('for-echo', { models: ['echo'] }),
  ]);
  const admission = new Admission({
    inFlightMax: options.inFlightMax ?? 10,
    bodyBytesInFlightMax: options.bodyBytesInFlightMax ?? 100_000,
  });
  const stages = {
    authenticate: createAuthenticate({
      keys,
      tokens: new PredictTokens(),
      lockout: { attempt: async () => 0 },
      auth: options.auth ?? 'loopback-exempt',
      trustedProxies: [],
      clock,
    }),
    admission,
    limiter: new Limiter({ uses, clock, log, shared: null }),
    routes,
    observer,
    nextRequestId: createRequestIds(),
    defaultTimeoutMs: 30_000,
  };
  const handler = createOpenInferenceFrontEnd({
    stages,
    isReady: () => true,
    metrics: () => '# the metrics\n',
    jsonBytesMax: 10_000,
    jsonNumbers: 'wasm',
    bodyBytesMax: 100_000,
    repository: new ModelRepository({
      control: new ControlAddresses(['http://127.0.0.1:9'], log),
      state: () => ({ routes: routes.all(), observed: [], unloaded: [] }),
      snapshotVersion: () => 1,
      loadTimeoutMs: 1_000,
    }),
    traces: new TraceSettings(),
    log: new SwitchedLog(createLogger({ program: 'gateway', level: 'error', destination: { write: () => undefined } })),
    preset: presets[options.as ?? 'cluster-ai'],
    serverVersion: '1.2.3',
  });
  const begin = (callOptions: FakeCallOptions = {}) => {
    const call = fakeCall({
      rawPath: inferPath,
      body: requestBody(),
      ...callOptions,
      headers: { host: 'localhost', ...callOptions.headers },
    });
    const reply = fakeReply();
    return { call, reply, done: handler(call, reply) };
  };
  const send = async (callOptions: FakeCallOptions = {}) => {
    const { reply, done } = begin(callOptions);
    await done;
    if (reply.sent === null) throw new Error('nothing was sent');
    const document: unknown = JSON.parse(reply.sent.text);
    return { status: reply.sent.status, headers: reply.sent.headers, document };
  };
  return { admission, executor, batcher, begin, send, stats, observer, log };
}

function requestBody(changed: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: 'r-7',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1.5, -2] }],
    ...changed,
  });
}

/** Answers of one run by the executor: what it fails with. */
function failWith(code: 'MODEL_EXECUTION_FAILED' | 'RUNNER_CRASHED' | 'INTERNAL'): (run: FakeRun) => void {
  return (run) => run.fail(new ClusterError(code, 'what the runner said'));
}

test('a prediction is answered with id, version and outputs, and a request id', async () => {
  const { send, stats, admission } = setUp();
  const { status, headers, document } = await send();
  expect(status).toBe(200);
  expect(document).toEqual({
    id: 'r-7',
    model_name: 'echo',
    model_version: '3',
    outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 2], data: [1.5, -2] }],
  });
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-1$/);
  expect(stats).toMatchObject({ requests: 1, batches: 1, batchedRows: 1, errorsTotal: 0 });
  expect(admission.inFlight).toBe(0);
});

test.each([
  ['req-1.a_b', 'req-1.a_b'],
  ['with space', null],
  ['x'.repeat(129), null],
  ['', null],
])('the request id %j of a client is taken or replaced', async (given, expected) => {
  const { headers } = await setUp().send({ headers: { 'x-request-id': given } });
  if (expected === null) expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-/);
  else expect(headers.get('x-request-id')).toBe(expected);
});

test('the memory of a body is given back once the model has answered, and never while a run may still read it', async () => {
  const { begin, executor } = setUp();
  const answered = begin();
  expect(answered.call.bodyReleased).toBe(false);
  await answered.done;
  expect(answered.call.bodyReleased).toBe(true);
  executor.answer = failWith('RUNNER_CRASHED');
  const failed = begin();
  await failed.done;
  expect(failed.call.bodyReleased).toBe(false);
});

test('requests of one turn are merged, and each gets its own answer', async () => {
  const { send, executor } = setUp();
  const answers = await Promise.all(
    [1, 2, 3].map((value) =>
      send({
        body: requestBody({
          id: `r-${value}`,
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [value, value] }],
        }),
      }),
    ),
  );
  expect(executor.runs).toHaveLength(1);
  expect(answers.map(({ document }) => document)).toEqual(
    [1, 2, 3].map((value) =>
      expect.objectContaining({ id: `r-${value}`, outputs: [expect.objectContaining({ data: [value, value] })] }),
    ),
  );
});

test.each<[string, FakeCallOptions, number, RegExp]>([
  ['an unknown model', { rawPath: '/v2/models/none/infer' }, 404, /unknown model: 'none'/],
  ['an unknown version', { rawPath: '/v2/models/echo/versions/9/infer' }, 404, /version 9/],
  ['a model that is loading', { rawPath: '/v2/models/slow/infer' }, 503, /no available versions/],
  ['a body that is no JSON', { body: '{' }, 400, /JSON/],
  [
    'a wrong shape',
    { body: requestBody({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }] }) },
    400,
    /unexpected shape for input 'x'/,
  ],
  ['a missing input', { body: requestBody({ inputs: [] }) }, 400, /./],
  ['an unknown output', { body: requestBody({ outputs: [{ name: 'z' }] }) }, 400, /unexpected inference output 'z'/],
  ['a wrong timeout', { body: requestBody({ parameters: { timeout: -1 } }) }, 400, /'timeout'/],
  ['a body in an unknown coding', { headers: { 'content-encoding': 'br' } }, 501, /'br'/],
  ['a packed body that is broken', { headers: { 'content-encoding': 'gzip' } }, 400, /not valid gzip/],
  [
    'a body that is too large',
    { bodyError: new ClusterError('BODY_TOO_LARGE', 'at most 5 bytes') },
    413,
    /at most 5 bytes/,
  ],
  ['a body that did not come', { bodyError: new ClusterError('REQUEST_TIMEOUT', 'not in time') }, 408, /not in time/],
  ['a wrong key', { headers: { authorization: 'Bearer wrong' } }, 401, /key/],
  ['a call from elsewhere without a key', { remoteAddress: '192.0.2.1' }, 401, /key/],
])(
  '%s is refused with its status and reason, is counted, and gives its place back',
  async (_what, options, status, reason) => {
    const { send, admission, observer } = setUp();
    const answer = await send(options);
    expect(answer.status).toBe(status);
    expect(answer.document).toEqual({ error: expect.stringMatching(reason) });
    expect(answer.headers.get('x-request-id')).toBeDefined();
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : undefined);
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : undefined);
    expect(admission.inFlight).toBe(0);
    expect(observer.allStats().reduce((sum, { errorsTotal }) => sum + errorsTotal, 0)).toBe(1);
  },
);

test.each([
  ['MODEL_EXECUTION_FAILED', 500],
  ['RUNNER_CRASHED', 503],
  ['INTERNAL', 500],
] as const)('a run that fails with %s is answered %d, counted under its model and logged', async (code, status) => {
  const { send, executor, stats, admission, log } = setUp();
  executor.answer = failWith(code);
  expect(await send()).toMatchObject({ status, document: { error: 'what the runner said' } });
  expect([...stats.errors]).toEqual([[code, 1]]);
  expect(admission.inFlight).toBe(0);
  expect(log.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      fields: expect.objectContaining({ code, model: 'echo@3', route: 'echo' }),
    }),
  );
});

test('a defect is answered without its text, which is in the log', async () => {
  const { send, executor, log } = setUp();
  executor.answer = () => {
    throw new TypeError('cannot read secret of undefined');
  };
  const { status, document } = await send();
  expect(status).toBe(500);
  expect(JSON.stringify(document)).not.toContain('secret');
  expect(log.lines[0]?.fields['error']).toMatchObject({ message: 'cannot read secret of undefined' });
});

test('the gateway and each queue are bounded, and refuse with the advice to come back', async () => {
  const full = setUp({ inFlightMax: 2 });
  const inside = [full.begin(), full.begin()];
  expect(await full.send()).toMatchObject({ status: 503, document: { error: expect.stringContaining('full') } });
  await Promise.all(inside.map(({ done }) => done));
  expect((await full.send()).status).toBe(200);

  const queue = setUp({ queueLengthMax: 1 });
  const waiting = queue.begin();
  const refused = await queue.send();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await waiting.done;
  expect(queue.admission.inFlight).toBe(0);
});

test('a client that goes away gives its place back, and its request is not run', async () => {
  const { begin, executor, admission, stats } = setUp();
  executor.takeAllPlaces();
  const { call, done } = begin();
  await new Promise((resolve) => setImmediate(resolve));
  expect(admission.inFlight).toBe(1);
  call.cancel();
  await done;
  expect(admission.inFlight).toBe(0);
  expect([...stats.errors]).toEqual([['CANCELLED', 1]]);
  executor.givePlaces(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(executor.runs).toHaveLength(0);
});

test('metadata, lists and readiness', async () => {
  const { send } = setUp();
  const get = async (rawPath: string) => {
    const { status, document } = await send({ method: 'GET', rawPath });
    return [status, document];
  };
  expect(await get('/v2')).toEqual([
    200,
    { name: 'cluster-ai', version: '1.2.3', extensions: expect.arrayContaining(['binary_tensor_data']) },
  ]);
  expect(await get('/v2/models')).toEqual([200, { models: ['echo', 'slow'] }]);
  expect(await get('/v1/models')).toEqual([200, expect.objectContaining({ object: 'list', models: ['echo', 'slow'] })]);
  expect(await get('/v2/models/echo')).toEqual([
    200,
    {
      name: 'echo',
      versions: ['3'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    },
  ]);
  expect(await get('/v2/models/slow')).toEqual([503, { error: expect.stringContaining('no available versions') }]);
  expect(await get('/v2/models/echo/ready')).toEqual([200, { name: 'echo', ready: true }]);
  expect(await get('/v2/models/echo/versions/03/ready')).toEqual([200, { name: 'echo', ready: true }]);
  for (const path of ['/v2/models/slow/ready', '/v2/models/none/ready', '/v2/models/echo/versions/9/ready']) {
    expect((await get(path))[0]).toBe(400);
  }
  expect(await get('/nothing')).toEqual([404, { error: 'Not Found' }]);
});

test('health is open to everybody, metadata is not', async () => {
  const { send } = setUp({ auth: 'required' });
  for (const rawPath of ['/v2/health/live', '/v2/health/ready']) {
    expect((await send({ method: 'GET', rawPath, remoteAddress: '192.0.2.1' })).status).toBe(200);
  }
  for (const rawPath of ['/v2', '/v2/models', '/v1/models', '/v2/models/echo', '/v2/models/echo/ready', '/metrics']) {
    expect((await send({ method: 'GET', rawPath })).status).toBe(401);
  }
  expect((await send({ method: 'GET', rawPath: '/v2', headers: { authorization: 'Bearer good' } })).status).toBe(200);
});

test('metrics are answered on the inference listener too, to keys that read and are for every model', async () => {
  const { begin, send } = setUp({ auth: 'required' });
  for (const key of ['infers', 'for-echo']) {
    const authorization = `Bearer ${key}`;
    expect((await send({ method: 'GET', rawPath: '/metrics', headers: { authorization } })).status).toBe(403);
  }
  const { reply, done } = begin({ method: 'GET', rawPath: '/metrics', headers: { authorization: 'Bearer good' } });
  await done;
  expect(reply.sent).toMatchObject({ status: 200, text: '# the metrics\n' });
});

test('a wrong method says which are right; HEAD reads like GET', async () => {
  const { send } = setUp();
  const infer = await send({ method: 'GET' });
  expect([infer.status, infer.headers.get('allow')]).toEqual([405, 'POST']);
  const ready = await send({ method: 'DELETE', rawPath: '/v2/health/ready' });
  expect([ready.status, ready.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect((await send({ method: 'HEAD', rawPath: '/v2/health/ready' })).status).toBe(200);
});

test('a large JSON text is refused by its length before it is sent, and the way out is named', async () => {
  const { send } = setUp();
  const bodyError = new Error('the body was read');
  const { status, document } = await send({ headers: { 'content-length': '10001' }, bodyError });
  expect(status).toBe(413);
  expect(document).toEqual({
    error:
      'request JSON size of 10001 bytes exceeds the maximum allowed input size of 10000 bytes; send large tensors in binary, behind a JSON header of Inference-Header-Content-Length bytes',
  });
  const lengths = { 'content-length': '90000', 'inference-header-content-length': '10001' };
  expect((await send({ headers: lengths, bodyError })).status).toBe(413);
  expect((await send({ headers: { 'content-encoding': 'br' }, bodyError })).status).toBe(501);
  expect((await send({ body: `{"id":"${'x'.repeat(10_000)}"}` })).status).toBe(413);
});

test('bodies that have no room together are refused with the advice to come back, and give their room back', async () => {
  const { send, admission } = setUp({ bodyBytesInFlightMax: 100 });
  const { status, headers, document } = await send({ body: requestBody({ id: 'x'.repeat(100) }) });
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(document).toEqual({
    error: 'the gateway is full: the bodies of requests inside may have 100 bytes together',
  });
  expect((await send()).status).toBe(200);
  expect([admission.bodyBytes, admission.inFlight, admission.refused.body_bytes]).toEqual([0, 0, 1]);
});
