import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { startGrpcJsEdge } from '@cluster-ai/platform/edge/grpc-js-edge.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { RpcClient, type RpcCallOptions } from '@cluster-ai/testkit/rpc-client.ts';
import { snapshotKey, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Admission } from '../../admission/admission.ts';
import { createAuthenticate } from '../../auth/authenticate.ts';
import { KeyRing } from '../../auth/key-ring.ts';
import { PredictTokens } from '../../auth/predict-tokens.ts';
import { TickBatcher } from '../../batching/tick-batcher.ts';
import { ControlAddresses } from '../../control/control-addresses.ts';
import { KeyUses } from '../../limits/key-uses.ts';
import { Limiter } from '../../limits/limiter.ts';
import { SwitchedLog } from '../../open-inference/log-settings.ts';
import { ModelRepository } from '../../open-inference/repository.ts';
import { TraceSettings } from '../../open-inference/trace-settings.ts';
import { createRequestIds } from '../../request-id.ts';
import { RouteTable } from '../../routing/route-table.ts';
import { Observer } from '../../telemetry/observer.ts';
import { createGrpcFrontEnd } from './front-end.ts';
import { readProtos } from './read-protos.ts';

const { inference, health, reflection } = readProtos();

const undo: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Options {
  readonly auth?: 'required';
  /** Requests inside at once. */
  readonly inFlightMax?: number;
  readonly messageBytesMax?: number;
}

/** A gateway with a real listener and without a runtime: model `echo` gives its input back. */
async function setUp(options: Options = {}) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const model = snapshotModel('echo', 3);
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  executor.answer = (run) => run.succeed();
  const batcher = new TickBatcher(executor, { clock, queueLengthMax: 1_000, enabled: true });
  const observer = new Observer({ clock, log, slowRequestMs: 1_000, sampleEvery: 0, traces: { takes: () => false } });
  const stats = observer.statsFor('echo', model.id);
  const routes = new RouteTable(seededRandom(1));
  const serving = [{ id: model.id, weight: 1, model, executor, batcher, stats }];
  routes.replace([
    { name: 'echo', stickyHeader: 'x-unit', serving, wanted: [model] },
    { name: 'slow', stickyHeader: 'x-unit', serving: [], wanted: [snapshotModel('slow', 1)] },
  ]);
  const uses = new KeyUses(clock);
  const keys = new KeyRing(uses);
  keys.replace([
    snapshotKey('good'),
    snapshotKey('for-echo', { models: ['echo'] }),
    snapshotKey('operates', { actions: ['operate'] }),
    snapshotKey('slow-one', { ratePerSecond: 1, burst: 1 }),
  ]);
  const admission = new Admission({ inFlightMax: options.inFlightMax ?? 1_000, bodyBytesInFlightMax: 100_000 });
  const state = { ready: true };
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
  const front = createGrpcFrontEnd({
    stages,
    isReady: () => state.ready,
    repository: new ModelRepository({
      control: new ControlAddresses(['http://127.0.0.1:9'], log),
      state: () => ({ routes: routes.all(), observed: [], unloaded: [] }),
      snapshotVersion: () => 1,
      loadTimeoutMs: 1_000,
    }),
    traces: new TraceSettings(),
    log: new SwitchedLog(createLogger({ program: 'gateway', level: 'error', destination: { write: () => undefined } })),
    serverName: 'cluster-ai',
    serverVersion: '1.2.3',
  });
  const edge = await startGrpcJsEdge(
    {
      listenerId: 'grpc',
      host: '127.0.0.1',
      port: 0,
      paths: front.paths,
      messageBytesMax: options.messageBytesMax ?? 50_000,
      headerBytesMax: 8_192,
      connectionsMax: 100,
      streamsMax: 100,
      requestTimeoutMs: 30_000,
      answerTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
      onDefect: (error) => {
        throw error;
      },
    },
    front.handler,
  );
  undo.push(() => edge.close(0));
  const client = new RpcClient(`127.0.0.1:${edge.port}`);
  undo.push(() => client.close());
  return { ...caller(client), client, edge, state, executor, admission, stats };
}

function caller(client: RpcClient) {
  const askOf =
    (service: string) =>
    async (method: string, request: object = {}, options: RpcCallOptions = {}) => {
      const path = `/${service}.GRPCInferenceService/${method}`;
      const outcome = await client.unary(path, inference.encode(`${method}Request`, request), options);
      const answer = outcome.message === null ? null : inference.decode(`${method}Response`, outcome.message);
      return { ...outcome, answer };
    };
  return { ask: askOf('inference'), askTorchServe: askOf('org.pytorch.serve.grpc.openinference') };
}

const input = { name: 'x', datatype: 'FP32', shape: [1, 2] };
const echoRequest = { model_name: 'echo', id: 'r-7', inputs: [{ ...input, contents: { fp32_contents: [1.5, -2] } }] };
const key = (token: string): RpcCallOptions => ({ metadata: { authorization: `Bearer ${token}` } });

describe('predictions', () => {
  test('typed contents are answered raw, with id, version and a request id', async () => {
    const { ask, admission, stats } = await setUp();
    const { code, answer, trailers } = await ask('ModelInfer', echoRequest);
    expect(code).toBe('OK');
    expect(answer).toMatchObject({
      model_name: 'echo',
      model_version: '3',
      id: 'r-7',
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['1', '2'], contents: null }],
      raw_output_contents: [Buffer.from(new Float32Array([1.5, -2]).buffer)],
    });
    expect(trailers['x-request-id']).toMatch(/^[0-9a-f]{12}-1$/);
    expect(stats.requests).toBe(1);
    expect(admission).toMatchObject({ inFlight: 0, bodyBytes: 0 });
  });

  test('raw contents, under the name that TorchServe has, with a request id of the client', async () => {
    const { askTorchServe } = await setUp();
    const data = Buffer.from(new Float32Array([3, 4]).buffer);
    const request = { model_name: 'echo', model_version: '3', inputs: [input], raw_input_contents: [data] };
    const options = { metadata: { 'x-request-id': 'mine' } };
    const { answer, trailers } = await askTorchServe('ModelInfer', request, options);
    expect(answer).toMatchObject({ raw_output_contents: [data] });
    expect(trailers['x-request-id']).toBe('mine');
  });

  test.each([
    ['an unknown model', { model_name: 'none' }, 'NOT_FOUND', "Request for unknown model: 'none' is not found"],
    ['a model that is loading', { model_name: 'slow' }, 'UNAVAILABLE', 'it is loading or failed to load'],
    ['a version that is not there', { model_version: '9' }, 'NOT_FOUND', "'echo' version 9 is not found"],
    ['a missing input', { inputs: [] }, 'INVALID_ARGUMENT', "expected 1 inputs but got 0 inputs for model 'echo'"],
  ])('%s', async (_what, changed, code, details) => {
    const { ask } = await setUp();
    const outcome = await ask('ModelInfer', { ...echoRequest, ...changed });
    expect(outcome.code).toBe(code);
    expect(outcome.details).toContain(details);
    expect(outcome.trailers['x-request-id']).toBeTruthy();
  });

  test('a thousand calls at once are each answered, or refused for want of room, and leave nothing behind', async () => {
    const { ask, admission, executor } = await setUp({ inFlightMax: 80 });
    executor.takeAllPlaces();
    const asked = Promise.all(Array.from({ length: 1_000 }, () => ask('ModelInfer', echoRequest)));
    await expect.poll(() => admission.inFlight, { timeout: 10_000 }).toBe(80);
    executor.givePlaces(1);
    const codes = new Set((await asked).map(({ code }) => code));
    expect([...codes].toSorted()).toEqual(['OK', 'RESOURCE_EXHAUSTED']);
    await expect.poll(() => admission).toMatchObject({ inFlight: 0, bodyBytes: 0 });
  });

  test('keys are metadata', async () => {
    const { ask } = await setUp({ auth: 'required' });
    expect(await ask('ModelInfer', echoRequest)).toMatchObject({
      code: 'UNAUTHENTICATED',
      details: 'this call needs a key: send it as "Authorization: Bearer <key>"',
    });
    expect((await ask('ModelInfer', echoRequest, key('wrong'))).code).toBe('UNAUTHENTICATED');
    expect((await ask('ModelInfer', echoRequest, key('good'))).code).toBe('OK');
    expect((await ask('ModelInfer', { model_name: 'slow' }, key('for-echo'))).code).toBe('PERMISSION_DENIED');
    expect((await ask('ModelInfer', echoRequest, key('operates'))).code).toBe('PERMISSION_DENIED');
  });

  test('limits of a key are told at the end of each answer', async () => {
    const { ask } = await setUp();
    const first = await ask('ModelInfer', echoRequest, key('slow-one'));
    expect(first).toMatchObject({ code: 'OK', trailers: { ratelimit: '"rate";r=0;t=1' } });
    const second = await ask('ModelInfer', echoRequest, key('slow-one'));
    expect(second).toMatchObject({ code: 'RESOURCE_EXHAUSTED', trailers: { 'retry-after': '1' } });
  });

  test('a refused call has not sent its message', async () => {
    const { client } = await setUp({ auth: 'required' });
    // Nothing is ever sent on it.
    const { code } = await client.stream('/inference.GRPCInferenceService/ModelInfer').outcome;
    expect(code).toBe('UNAUTHENTICATED');
  });

  test('a call that is cancelled, or whose deadline passes, leaves the queue', async () => {
    const { ask, executor, admission } = await setUp();
    executor.takeAllPlaces();
    const abort = new AbortController();
    const cancelled = ask('ModelInfer', echoRequest, { signal: abort.signal });
    await expect.poll(() => admission.inFlight).toBe(1);
    abort.abort();
    expect((await cancelled).code).toBe('CANCELLED');
    expect((await ask('ModelInfer', echoRequest, { timeoutMs: 100 })).code).toBe('DEADLINE_EXCEEDED');
    await expect.poll(() => admission.inFlight).toBe(0);
    executor.givePlaces(1);
    await delay(20);
    expect(executor.runs).toEqual([]);
  });
});

describe('streams', () => {
  async function openStream(options: Options = {}, callOptions: RpcCallOptions = {}) {
    const gateway = await setUp(options);
    const stream = gateway.client.stream('/inference.GRPCInferenceService/ModelStreamInfer', callOptions);
    const send = (request: object): void => stream.send(inference.encode('ModelInferRequest', request));
    const next = async () => {
      const message = await stream.next();
      return message === null ? null : inference.decode('ModelStreamInferResponse', message);
    };
    return { ...gateway, stream, send, next };
  }

  test('answers come in the order of requests, an error among them', async () => {
    const { stream, send, next, admission } = await openStream();
    const ids = Array.from({ length: 300 }, (_, index) => `r-${index}`);
    for (const id of ids) send({ ...echoRequest, id, ...(id === 'r-5' ? { model_name: 'none' } : {}) });
    stream.close();
    for (const id of ids) {
      const answer = await next();
      expect(answer).toMatchObject({ infer_response: { id } });
      const message = id === 'r-5' ? "Request for unknown model: 'none' is not found" : '';
      expect(answer?.['error_message']).toBe(message);
    }
    expect(await next()).toBeNull();
    expect((await stream.outcome).code).toBe('OK');
    expect(admission).toMatchObject({ inFlight: 0, bodyBytes: 0 });
  });

  test('requests of one stream are merged into few runs', async () => {
    const { stream, send, next, executor, admission } = await openStream();
    executor.takeAllPlaces();
    for (let index = 0; index < 8; index += 1) send(echoRequest);
    await vi.waitFor(() => expect(admission.inFlight).toBe(8), { timeout: 10_000 });
    executor.givePlaces(1);
    for (let index = 0; index < 8; index += 1) await next();
    expect(executor.runs.map(({ rows }) => rows)).toEqual([8]);
    stream.cancel();
  });

  test('a full gateway is told in the stream', async () => {
    const { stream, send, next, executor } = await openStream({ inFlightMax: 1 });
    executor.takeAllPlaces();
    send({ ...echoRequest, id: 'a' });
    send({ ...echoRequest, id: 'b' });
    await delay(50);
    executor.givePlaces(1);
    expect(await next()).toMatchObject({ error_message: '', infer_response: { id: 'a' } });
    expect(await next()).toMatchObject({ error_message: 'the gateway is full: 1 requests are inside' });
    stream.cancel();
  });

  test('who may not call learns it by the status', async () => {
    const { stream } = await openStream({ auth: 'required' });
    expect((await stream.outcome).code).toBe('UNAUTHENTICATED');
  });

  test('with triton_grpc_error the first error ends the stream', async () => {
    const { stream, send, next } = await openStream({}, { metadata: { triton_grpc_error: 'true' } });
    send(echoRequest);
    send({ ...echoRequest, model_name: 'none' });
    expect(await next()).toMatchObject({ error_message: '' });
    expect(await next()).toBeNull();
    expect(await stream.outcome).toMatchObject({ code: 'NOT_FOUND', details: expect.stringContaining("'none'") });
  });

  test('a client that leaves takes its requests out of the queue', async () => {
    const { stream, send, executor, admission } = await openStream();
    executor.takeAllPlaces();
    for (let index = 0; index < 5; index += 1) send(echoRequest);
    await expect.poll(() => admission.inFlight).toBe(5);
    stream.cancel();
    await expect.poll(() => admission.inFlight).toBe(0);
    executor.givePlaces(1);
    await delay(20);
    expect(executor.runs).toEqual([]);
  });

  test('when the gateway stops, what has arrived is answered and the stream ends', async () => {
    const { stream, send, next, executor, admission, edge } = await openStream();
    executor.takeAllPlaces();
    send(echoRequest);
    await expect.poll(() => admission.inFlight).toBe(1);
    const closing = edge.close(10_000);
    await delay(50);
    executor.givePlaces(1);
    expect(await next()).toMatchObject({ error_message: '', infer_response: { id: 'r-7' } });
    expect(await closing).toBe(0);
    expect(await stream.outcome).toMatchObject({ code: 'UNAVAILABLE', details: 'the server is stopping' });
  });
});

describe('health', () => {
  const tooLarge = 'the message has more than 65536 bytes, the most that a call without a key may have';

  const check = async (client: RpcClient, service: string) => {
    const outcome = await client.unary(
      '/grpc.health.v1.Health/Check',
      health.encode('HealthCheckRequest', { service }),
    );
    const status = outcome.message === null ? null : health.decode('HealthCheckResponse', outcome.message)['status'];
    return { code: outcome.code, status };
  };

  test('is told to everybody, in three ways', async () => {
    const { ask, client, state } = await setUp({ auth: 'required' });
    expect((await ask('ServerLive')).answer).toEqual({ live: true });
    expect((await ask('ServerReady')).answer).toEqual({ ready: true });
    expect(await check(client, '')).toEqual({ code: 'OK', status: 'SERVING' });
    state.ready = false;
    expect((await ask('ServerReady')).answer).toEqual({ ready: false });
    expect(await check(client, 'inference.GRPCInferenceService')).toEqual({ code: 'OK', status: 'NOT_SERVING' });
    expect(await check(client, 'nope')).toEqual({ code: 'NOT_FOUND', status: null });
  });

  test.each(['grpc.health.v1.Health/Check', 'inference.GRPCInferenceService/ServerLive'])(
    'a stranger cannot fill the memory by %s',
    async (path) => {
      const { client, admission } = await setUp({ auth: 'required', messageBytesMax: 1_000_000 });
      const { code, details } = await client.unary(`/${path}`, new Uint8Array(900_000));
      expect({ code, details }).toEqual({ code: 'RESOURCE_EXHAUSTED', details: tooLarge });
      expect(admission.bodyBytes).toBe(0);
    },
  );

  test.each(['grpc.health.v1.Health/Watch', 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo'])(
    'nor by %s',
    async (path) => {
      const { client } = await setUp({ auth: 'required', messageBytesMax: 1_000_000 });
      const stream = client.stream(`/${path}`);
      stream.send(new Uint8Array(900_000));
      expect(await stream.outcome).toMatchObject({ code: 'RESOURCE_EXHAUSTED', details: tooLarge });
    },
  );

  test('is watched until the server stops', async () => {
    const { client, state, edge } = await setUp();
    const stream = client.stream('/grpc.health.v1.Health/Watch');
    stream.send(health.encode('HealthCheckRequest', {}));
    const next = async () => health.decode('HealthCheckResponse', (await stream.next()) ?? new Uint8Array())['status'];
    expect(await next()).toBe('SERVING');
    state.ready = false;
    expect(await next()).toBe('NOT_SERVING');
    await edge.close(5_000);
    expect((await stream.outcome).code).toBe('UNAVAILABLE');
  });
});

describe('what is told of server and models', () => {
  test('metadata', async () => {
    const { ask } = await setUp();
    const { answer } = await ask('ServerMetadata');
    expect(answer).toMatchObject({ name: 'cluster-ai', version: '1.2.3' });
    expect(answer?.['extensions']).toContain('model_repository');
    expect((await ask('ModelReady', { name: 'echo' })).answer).toEqual({ ready: true });
    expect((await ask('ModelReady', { name: 'slow' })).answer).toEqual({ ready: false });
    const row = { datatype: 'FP32', shape: ['-1', '2'] };
    expect((await ask('ModelMetadata', { name: 'echo' })).answer).toEqual({
      name: 'echo',
      versions: ['3'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', ...row }],
      outputs: [{ name: 'y', ...row }],
    });
    expect((await ask('ModelMetadata', { name: 'none' })).code).toBe('NOT_FOUND');
    expect((await ask('ModelMetadata', { name: 'slow' }, key('for-echo'))).code).toBe('PERMISSION_DENIED');
  });

  test('configuration', async () => {
    const { ask } = await setUp();
    expect((await ask('ModelConfig', { name: 'echo' })).answer).toMatchObject({
      config: { name: 'echo', max_batch_size: 8, input: [{ name: 'x', data_type: 'TYPE_FP32', dims: ['2'] }] },
    });
  });

  test('statistics', async () => {
    const { ask } = await setUp();
    await ask('ModelInfer', echoRequest);
    const counted = { name: 'echo', version: '3', inference_count: '1', execution_count: '1' };
    expect((await ask('ModelStatistics', { name: 'echo' })).answer).toMatchObject({
      model_stats: [{ ...counted, inference_stats: { success: { count: '1' } }, batch_stats: [{ batch_size: '1' }] }],
    });
    expect((await ask('ModelStatistics')).answer).toMatchObject({ model_stats: [counted] });
  });

  test('the repository', async () => {
    const { ask } = await setUp();
    expect((await ask('RepositoryIndex')).answer).toEqual({
      models: [
        { name: 'echo', version: '3', state: 'READY', reason: '' },
        { name: 'slow', version: '1', state: 'LOADING', reason: '' },
      ],
    });
    expect((await ask('RepositoryIndex', { ready: true })).answer).toMatchObject({ models: [{ name: 'echo' }] });
    expect((await ask('RepositoryIndex', { repository_name: 'r' })).code).toBe('UNIMPLEMENTED');
  });

  test('loading and unloading need a key and a control plane; KServe has the name in another field', async () => {
    const { ask } = await setUp();
    expect((await ask('RepositoryModelLoad', { model_name: 'echo' })).code).toMatch(
      /UNAUTHENTICATED|PERMISSION_DENIED/,
    );
    const away = { code: 'UNAVAILABLE', details: expect.stringContaining('control plane') };
    expect(await ask('RepositoryModelLoad', { repository_name: 'echo' }, key('operates'))).toMatchObject(away);
    expect(await ask('RepositoryModelUnload', { model_name: 'echo' }, key('operates'))).toMatchObject(away);
    // From this machine, what needs no key may be read, and not changed.
    const wrong = { model_name: 'echo', parameters: { config: { int64_param: 1 } } };
    expect((await ask('RepositoryModelLoad', wrong)).code).toBe('PERMISSION_DENIED');
    expect((await ask('RepositoryModelLoad', wrong, key('operates'))).code).toBe('INVALID_ARGUMENT');
    const both = { repository_name: 'r', model_name: 'echo' };
    expect((await ask('RepositoryModelLoad', both, key('operates'))).code).toBe('UNIMPLEMENTED');
  });

  test('trace and log settings', async () => {
    const { ask } = await setUp();
    const change = { settings: { trace_level: { value: ['TIMESTAMPS'] }, trace_rate: { value: ['5'] } } };
    expect((await ask('TraceSetting', change)).code).toBe('PERMISSION_DENIED');
    expect((await ask('TraceSetting', change, key('operates'))).answer).toMatchObject(change);
    expect((await ask('TraceSetting', { model_name: 'echo' })).answer).toMatchObject(change);
    const log = { settings: { log_verbose_level: { uint32_param: 1 }, log_info: { bool_param: true } } };
    expect((await ask('LogSettings', log, key('operates'))).answer).toMatchObject(log);
    expect((await ask('LogSettings')).answer).toMatchObject({ settings: { log_format: { string_param: 'ISO8601' } } });
    const file = { settings: { log_file: { string_param: 'gateway.log' } } };
    expect((await ask('LogSettings', file, key('operates'))).code).toBe('UNIMPLEMENTED');
  });

  test('shared memory is refused', async () => {
    const { ask } = await setUp();
    for (const kind of ['System', 'Cuda']) {
      expect((await ask(`${kind}SharedMemoryStatus`)).answer).toEqual({ regions: {} });
      expect((await ask(`${kind}SharedMemoryStatus`, { name: 'r' })).code).toBe('NOT_FOUND');
      expect((await ask(`${kind}SharedMemoryRegister`, { name: 'r' })).code).toBe('UNIMPLEMENTED');
      expect((await ask(`${kind}SharedMemoryUnregister`)).code).toBe('UNIMPLEMENTED');
    }
  });
});

test.each(['v1', 'v1alpha'])('reflection %s tells services, files by name and by symbol', async (version) => {
  const { client } = await setUp({ auth: 'required' });
  const stream = client.stream(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);
  const ask = async (request: object) => {
    stream.send(reflection.encode('ServerReflectionRequest', request));
    return reflection.decode('ServerReflectionResponse', (await stream.next()) ?? new Uint8Array());
  };
  const { list_services_response: list } = await ask({ list_services: '' });
  expect(list).toEqual({
    service: [
      { name: 'inference.GRPCInferenceService' },
      { name: 'org.pytorch.serve.grpc.openinference.GRPCInferenceService' },
      { name: 'grpc.health.v1.Health' },
      { name: 'grpc.reflection.v1.ServerReflection' },
      { name: 'grpc.reflection.v1alpha.ServerReflection' },
    ],
  });
  const file = { file_descriptor_response: { file_descriptor_proto: [Buffer.from(inference.fileDescriptor)] } };
  expect(await ask({ file_by_filename: 'inference.proto' })).toMatchObject(file);
  const symbols = ['GRPCInferenceService', 'GRPCInferenceService.ModelInfer', 'ModelInferRequest.InferInputTensor'];
  for (const symbol of symbols) {
    expect(await ask({ file_containing_symbol: `inference.${symbol}` })).toMatchObject(file);
  }
  expect(await ask({ file_containing_symbol: 'nope.Nope' })).toMatchObject({ error_response: { error_code: 5 } });
  stream.close();
  expect((await stream.outcome).code).toBe('OK');
});
