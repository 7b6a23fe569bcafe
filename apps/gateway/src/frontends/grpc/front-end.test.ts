import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { startGrpcJsEdge } from '@cluster-ai/platform/edge/grpc-js-edge.ts';
import type { Edge } from '@cluster-ai/platform/edge/edge.ts';
import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { RpcClient, type RpcCallOptions } from '@cluster-ai/testkit/rpc-client.ts';
import { snapshotKey, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { Admission } from '../../admission/admission.ts';
import { createAuthenticate } from '../../auth/authenticate.ts';
import { KeyRing } from '../../auth/key-ring.ts';
import { PredictTokens } from '../../auth/predict-tokens.ts';
import { TickBatcher } from '../../batching/tick-batcher.ts';
import { KeyUses } from '../../limits/key-uses.ts';
import { Limiter } from '../../limits/limiter.ts';
import { createRequestIds } from '../../request-id.ts';
import { RouteTable } from '../../routing/route-table.ts';
import { Observer } from '../../telemetry/observer.ts';
import { createGrpcFrontEnd } from './front-end.ts';
import { readProtos } from './read-protos.ts';

const { inference, health } = readProtos();
const service = '/inference.GRPCInferenceService';

const undo: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A gateway with a real listener and without a runtime: model `echo` gives its input back. */
async function setUp(options: { readonly auth?: 'required'; readonly requestTimeoutMs?: number } = {}) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const model = snapshotModel('echo', 3);
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  executor.answer = (run) => run.succeed();
  const batcher = new TickBatcher(executor, { clock, queueLengthMax: 100, enabled: true });
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
    { name: 'slow', stickyHeader: 'x-unit', serving: [], wanted: [snapshotModel('slow', 1)] },
  ]);
  const uses = new KeyUses(clock);
  const keys = new KeyRing(uses);
  keys.replace([snapshotKey('good'), snapshotKey('for-echo', { models: ['echo'] })]);
  const admission = new Admission({ inFlightMax: 10, bodyBytesInFlightMax: 100_000 });
  const state = { ready: true };
  const front = createGrpcFrontEnd({
    stages: {
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
    },
    isReady: () => state.ready,
    serverName: 'cluster-ai',
    serverVersion: '1.2.3',
  });
  const edge: Edge = await startGrpcJsEdge(
    {
      listenerId: 'grpc',
      host: '127.0.0.1',
      port: 0,
      paths: front.paths,
      messageBytesMax: 50_000,
      headerBytesMax: 8_192,
      connectionsMax: 100,
      streamsMax: 100,
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
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
  const ask = async (method: string, request: ProtoObject = {}, callOptions: RpcCallOptions = {}) => {
    const outcome = await client.unary(
      `${service}/${method}`,
      inference.encode(`${method}Request`, request),
      callOptions,
    );
    const answer = outcome.message === null ? null : inference.decode(`${method}Response`, outcome.message);
    return { ...outcome, answer };
  };
  return { ask, client, edge, state, executor, admission, stats, clock };
}

const echoRequest = {
  model_name: 'echo',
  id: 'r-7',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], contents: { fp32_contents: [1.5, -2] } }],
};

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
});

describe('health', () => {
  test('is told in three ways', async () => {
    const { ask, client, state } = await setUp({ auth: 'required' });
    expect((await ask('ServerLive')).answer).toEqual({ live: true });
    expect((await ask('ServerReady')).answer).toEqual({ ready: true });
    state.ready = false;
    expect((await ask('ServerReady')).answer).toEqual({ ready: false });
    const check = await client.unary(
      '/grpc.health.v1.Health/Check',
      health.encode('HealthCheckRequest', { service: 'inference.GRPCInferenceService' }),
    );
    expect(health.decode('HealthCheckResponse', check.message ?? new Uint8Array())).toEqual({ status: 'NOT_SERVING' });
  });
});

describe('metadata', () => {
  test('of the server and of a model', async () => {
    const { ask } = await setUp();
    expect((await ask('ServerMetadata')).answer).toMatchObject({ name: 'cluster-ai', version: '1.2.3' });
    expect((await ask('ModelReady', { name: 'echo' })).answer).toEqual({ ready: true });
    expect((await ask('ModelReady', { name: 'slow' })).answer).toEqual({ ready: false });
    expect((await ask('ModelMetadata', { name: 'echo' })).answer).toMatchObject({
      name: 'echo',
      versions: ['3'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '2'] }],
    });
    expect(await ask('ModelMetadata', { name: 'none' })).toMatchObject({
      code: 'NOT_FOUND',
      details: "Request for unknown model: 'none' is not found",
    });
  });
});
