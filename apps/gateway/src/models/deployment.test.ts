import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotModel, snapshotOf, snapshotRoute } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelExecutor, ModelHost } from '../execution/executor.ts';
import { RouteTable } from '../routing/route-table.ts';
import { Observer } from '../telemetry/observer.ts';
import { Deployment } from './deployment.ts';

/** Loads when the test says so; remembers what is loaded. */
class FakeHost implements ModelHost {
  readonly scale = (): Promise<void> => Promise.resolve();
  readonly executors = new Map<string, FakeExecutor>();
  readonly loads: string[] = [];
  readonly unloads: string[] = [];
  readonly states = new Map<string, ObservedModel>();
  private readonly pending = new Map<string, PromiseWithResolvers<ModelExecutor>>();

  load(model: SnapshotModel): Promise<ModelExecutor> {
    this.loads.push(model.id);
    const { promise, resolve, reject } = Promise.withResolvers<ModelExecutor>();
    this.pending.set(model.id, { promise, resolve, reject });
    this.observe(model, 'LOADING', '');
    return promise;
  }

  async finish(model: SnapshotModel): Promise<void> {
    const id = this.keyOf(model);
    const executor = new FakeExecutor({ model, rowsMax: 8 });
    this.executors.set(id, executor);
    this.observe({ ...model, id }, 'READY', '');
    this.take(id).resolve(executor);
    await settle();
  }

  async refuse(model: SnapshotModel, error = new ClusterError('MODEL_INVALID', 'the probe failed')): Promise<void> {
    this.take(this.keyOf(model)).reject(error);
    await settle();
  }

  executorOf(model: SnapshotModel): FakeExecutor {
    const executor = this.executors.get(this.keyOf(model));
    if (executor === undefined) throw new Error(`${model.id} is not loaded`);
    return executor;
  }

  unload(id: string): Promise<void> {
    this.unloads.push(id);
    this.states.delete(id);
    return Promise.resolve();
  }

  observe(model: SnapshotModel, state: ObservedModel['state'], reason: string): void {
    this.states.set(model.id, {
      id: model.id,
      digest: model.digest,
      state,
      reason,
      isolation: 'shared',
      instances: 1,
      batched: true,
      loadMs: 1,
      warmUpMs: 1,
    });
  }

  observedModels(): ObservedModel[] {
    return [...this.states.values()];
  }

  failure(): null {
    return null;
  }

  forgetOthers(): void {
    // Nothing is remembered here.
  }

  readonly confinement = null;

  observedRunners(): [] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The id under which the deployment loads a model: the version and its content. */
  keyOf(model: SnapshotModel): string {
    return `${model.id}#${model.digest.slice(0, 12)}`;
  }

  private take(id: string): PromiseWithResolvers<ModelExecutor> {
    const pending = this.pending.get(id);
    if (pending === undefined) throw new Error(`${id} is not being loaded`);
    this.pending.delete(id);
    return pending;
  }
}

const iris = (version: number): SnapshotModel => snapshotModel('iris', version);
const [v1, v2, v3, v4] = [iris(1), iris(2), iris(3), iris(4)];

function setUp() {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const host = new FakeHost();
  const folders = {
    prepare: vi.fn<(model: SnapshotModel) => Promise<string>>(async () => '/nowhere'),
    keepOnly: vi.fn<() => Promise<void>>(async () => undefined),
  };
  const mapped = {
    load: <Loaded>(_model: SnapshotModel, folder: string, load: (from: string) => Loaded) => load(folder),
  };
  const routes = new RouteTable(seededRandom(1));
  const observer = new Observer({ clock, log, slowRequestMs: 1_000, sampleEvery: 0, traces: { takes: () => false } });
  const onChange = vi.fn<() => void>();
  const batching = { clock, queueLengthMax: 100, enabled: true };
  const objectives = { latencyObjectiveMs: 0 };
  const deployment = new Deployment({ host, folders, mapped, routes, observer, batching, objectives, log, onChange });
  let version = 0;
  const apply = async (variants: readonly (readonly [SnapshotModel, number])[]): Promise<void> => {
    version += 1;
    deployment.apply(
      snapshotOf(
        version,
        variants.map(([model]) => model),
        [snapshotRoute('iris', variants)],
      ),
    );
    await settle();
  };
  /** Who serves the route, with what share of its traffic. */
  const serving = (): Record<string, number> => {
    const all = routes.find('iris').serving;
    const total = all.reduce((sum, { weight }) => sum + weight, 0);
    return Object.fromEntries(all.map(({ id, weight }) => [id, total === 0 ? 0 : weight / total]));
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(deployment.observedModels().map(({ id, state }) => [id, state]));
  return { host, folders, routes, deployment, apply, serving, states, log, onChange };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function requestOf(model: SnapshotModel): InferenceRequest {
  return {
    modelName: model.name,
    modelVersion: String(model.version),
    id: null,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: new Uint8Array(8) }],
    outputNames: [],
    parameters: {},
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a model is loaded, then serves its route', async () => {
  const { host, apply, serving, states, deployment, onChange } = setUp();
  await apply([[v1, 1]]);
  expect([serving(), states(), deployment.settled, deployment.good, deployment.loadingNames()]).toEqual([
    {},
    { 'iris@1': 'LOADING' },
    false,
    false,
    ['iris@1'],
  ]);
  onChange.mockClear();
  await host.finish(v1);
  expect([serving(), states(), deployment.settled, deployment.good, deployment.loadingNames()]).toEqual([
    { 'iris@1': 1 },
    { 'iris@1': 'READY' },
    true,
    true,
    [],
  ]);
  expect(onChange).toHaveBeenCalled();
});

test('the old version serves until the new one is ready, and is unloaded only then', async () => {
  const { host, apply, serving, states, deployment } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([[v2, 1]]);
  expect([serving(), states(), deployment.good, host.unloads]).toEqual([
    { 'iris@1': 1 },
    { 'iris@1': 'READY', 'iris@2': 'LOADING' },
    false,
    [],
  ]);
  await host.finish(v2);
  expect([serving(), host.unloads, deployment.good]).toEqual([{ 'iris@2': 1 }, [host.keyOf(v1)], true]);
});

test('a new version that cannot be served leaves the old one serving, with the reason', async () => {
  const { host, apply, serving, deployment } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([[v2, 1]]);
  await host.refuse(v2);
  expect([serving(), deployment.settled, deployment.good, host.unloads]).toEqual([{ 'iris@1': 1 }, true, false, []]);
  expect(deployment.observedModels()).toContainEqual(
    expect.objectContaining({ id: 'iris@2', digest: v2.digest, state: 'FAILED', reason: 'the probe failed' }),
  );
  vi.advanceTimersByTime(60_000);
  await settle();
  expect(host.loads).toEqual([host.keyOf(v1), host.keyOf(v2)]);
  await apply([[v1, 1]]);
  expect([serving(), deployment.good]).toEqual([{ 'iris@1': 1 }, true]);
});

test('weights are those of the snapshot; a weight of 0 is loaded and takes no traffic, but can be called by its version', async () => {
  const { host, apply, serving, routes } = setUp();
  await apply([
    [v1, 3],
    [v2, 0],
  ]);
  await host.finish(v1);
  await host.finish(v2);
  expect(serving()).toEqual({ 'iris@1': 1, 'iris@2': 0 });
  expect(routes.choose(requestOf(v2), () => null).id).toBe('iris@2');
  await apply([
    [v1, 3],
    [v2, 1],
  ]);
  expect(serving()).toEqual({ 'iris@1': 0.75, 'iris@2': 0.25 });
});

test('a canary that is ready before its partner gets its share and no more', async () => {
  const { host, apply, serving } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([
    [v2, 90],
    [v3, 10],
  ]);
  await host.finish(v3);
  expect(serving()).toEqual({ 'iris@3': 0.1, 'iris@1': 0.9 });
  await host.finish(v2);
  expect(serving()).toEqual({ 'iris@2': 0.9, 'iris@3': 0.1 });
  expect(host.unloads).toEqual([host.keyOf(v1)]);
});

test('on a route that had nothing before, what is ready first takes all', async () => {
  const { host, apply, serving } = setUp();
  await apply([
    [v1, 90],
    [v2, 10],
  ]);
  await host.finish(v2);
  expect(serving()).toEqual({ 'iris@2': 1 });
});

test('what serves a route that was never complete goes on until others are ready', async () => {
  const { host, apply, serving } = setUp();
  await apply([
    [v1, 90],
    [v2, 10],
  ]);
  await host.finish(v1);
  await apply([[v3, 1]]);
  expect([serving(), host.unloads]).toEqual([{ 'iris@1': 1 }, []]);
  await host.finish(v3);
  expect([serving(), host.unloads]).toEqual([{ 'iris@3': 1 }, [host.keyOf(v1)]]);
});

test('what serves goes on also when it came after a whole that is gone', async () => {
  const { host, apply, serving } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([
    [v2, 1],
    [v3, 0],
  ]);
  await host.finish(v2);
  expect(host.unloads).toEqual([host.keyOf(v1)]);
  await apply([[v4, 1]]);
  expect(serving()).toEqual({ 'iris@2': 1 });
});

test('a route of which only a version without traffic is ready is not settled', async () => {
  const { host, apply, deployment } = setUp();
  await apply([[v1, 1]]);
  await apply([
    [v2, 0],
    [v3, 1],
  ]);
  await host.finish(v1);
  await host.finish(v2);
  expect(deployment.settled).toBe(false);
  await host.finish(v3);
  expect(deployment.settled).toBe(true);
});

test('weights can be changed while a version fails: those that are ready get theirs at once', async () => {
  const { host, apply, serving } = setUp();
  await apply([
    [v1, 50],
    [v2, 50],
  ]);
  await host.finish(v1);
  await host.finish(v2);
  await apply([
    [v1, 90],
    [v3, 10],
  ]);
  await host.refuse(v3);
  expect(serving()).toEqual({ 'iris@1': 0.95, 'iris@2': 0.05 });
});

test('a version that is lost later hands its traffic to the others of its route', async () => {
  const { host, apply, serving, deployment, states } = setUp();
  await apply([
    [v1, 50],
    [v2, 50],
  ]);
  await host.finish(v1);
  await host.finish(v2);
  host.observe({ ...v2, id: host.keyOf(v2) }, 'FAILED', 'its runner was killed 5 times in a row');
  deployment.hostChanged();
  expect([serving(), states(), deployment.good]).toEqual([
    { 'iris@1': 1 },
    { 'iris@1': 'READY', 'iris@2': 'FAILED' },
    false,
  ]);
  deployment.hostChanged();
  expect(states()).toEqual({ 'iris@1': 'READY', 'iris@2': 'FAILED' });
});

test('what waits for a version that is lost is told so', async () => {
  const { host, apply, routes, deployment } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  host.executorOf(v1).takeAllPlaces();
  const waiting = routes.choose(requestOf(v1), () => null).batcher.enqueue(requestOf(v1), 10_000);
  host.observe({ ...v1, id: host.keyOf(v1) }, 'FAILED', 'gone');
  deployment.hostChanged();
  await expect(waiting.outcome).rejects.toMatchObject({
    code: 'MODEL_NOT_READY',
    message: expect.stringContaining('gone'),
  });
  expect(() => routes.choose({ ...requestOf(v1), modelVersion: null }, () => null)).toThrow(
    expect.objectContaining({ code: 'MODEL_NOT_READY' }),
  );
});

test('a version is unloaded only when its last request is answered', async () => {
  const { host, apply, routes, states } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  const last = routes.choose(requestOf(v1), () => null).batcher.enqueue(requestOf(v1), 10_000);
  await settle();
  await apply([[v2, 1]]);
  await host.finish(v2);
  expect([states(), host.unloads]).toEqual([{ 'iris@1': 'UNLOADING', 'iris@2': 'READY' }, []]);
  host.executorOf(v1).runs[0]?.succeed();
  await last.outcome;
  await settle();
  expect([states(), host.unloads]).toEqual([{ 'iris@2': 'READY' }, [host.keyOf(v1)]]);
});

test('the same version number with other content is another model, and replaces the first', async () => {
  const { host, apply, serving, routes, deployment } = setUp();
  const changed = snapshotModel('iris', 1, { content: 'retrained' });
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([[changed, 1]]);
  expect(deployment.observedModels().map(({ id, digest, state }) => [id, digest, state])).toEqual([
    ['iris@1', v1.digest, 'READY'],
    ['iris@1', changed.digest, 'LOADING'],
  ]);
  expect(routes.find('iris').serving[0]?.model.digest).toBe(v1.digest);
  await host.finish(changed);
  expect([serving(), routes.find('iris').serving[0]?.model.digest]).toEqual([{ 'iris@1': 1 }, changed.digest]);
  expect(host.unloads).toEqual([host.keyOf(v1)]);
});

test('files that cannot be had are tried for again; what the probe refuses is not', async () => {
  const { host, apply, folders, states, deployment, serving, log } = setUp();
  folders.prepare.mockRejectedValue(new ClusterError('CONTROL_PLANE_UNAVAILABLE', 'no answer'));
  await apply([[v1, 1]]);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect([states(), deployment.settled, deployment.loadingNames()]).toEqual([
      { 'iris@1': 'FAILED' },
      false,
      ['iris@1'],
    ]);
    vi.advanceTimersByTime(2_000);
    await settle();
  }
  expect(folders.prepare).toHaveBeenCalledTimes(4);
  expect(log.messages('error'), 'the same failure is told once').toHaveLength(1);
  folders.prepare.mockResolvedValue('/nowhere');
  vi.advanceTimersByTime(2_000);
  await settle();
  expect(states()).toEqual({ 'iris@1': 'LOADING' });
  await host.finish(v1);
  expect(serving()).toEqual({ 'iris@1': 1 });
});

test('a model whose runner could not be kept up is tried again once a minute, not sooner', async () => {
  const { host, apply } = setUp();
  await apply([[v1, 1]]);
  await host.refuse(v1, new ClusterError('RUNNER_CRASHED', 'its runner was killed 5 times in a row'));
  vi.advanceTimersByTime(59_000);
  await settle();
  expect(host.loads).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  await settle();
  expect(host.loads).toHaveLength(2);
});

test('four models load at once, the others wait their turn', async () => {
  const { host, apply } = setUp();
  const [v5, v6] = [snapshotModel('iris', 5), snapshotModel('iris', 6)];
  await apply([v1, v2, v3, v4, v5, v6].map((model) => [model, 1] as const));
  expect(host.loads).toEqual([v1, v2, v3, v4].map((model) => host.keyOf(model)));
  await host.refuse(v1);
  expect(host.loads).toHaveLength(5);
  await host.finish(v2);
  expect(host.loads).toHaveLength(6);
});

test('versions that come faster than they load keep no other model waiting, and the gateway from being ready neither', async () => {
  const { host, deployment } = setUp();
  const a = (version: number): SnapshotModel => snapshotModel('a', version);
  const first = [a(1), a(2), a(3), a(4)] as const;
  const newer = [a(5), a(6), a(7), a(8)] as const;
  const z = snapshotModel('z', 1);
  const apply = async (number: number, newest: readonly SnapshotModel[]): Promise<void> => {
    const routes = [
      snapshotRoute(
        'a',
        newest.map((model) => [model, 1] as const),
      ),
      snapshotRoute('z', [[z, 1]]),
    ];
    deployment.apply(snapshotOf(number, [...newest, z], routes));
    await settle();
  };
  await apply(1, first);
  expect(host.loads).toEqual(first.map((model) => host.keyOf(model)));
  // They give way to newer ones, which stand before `z` in every snapshot.
  await apply(2, newer);
  await host.finish(first[0]);
  expect(host.loads.at(-1)).toBe(host.keyOf(z));
  await host.finish(z);
  expect(deployment.settled).toBe(false);
  for (const model of first.slice(1)) await host.finish(model);
  await host.finish(newer[0]);
  expect([deployment.settled, deployment.good]).toEqual([true, false]);
});

test('a model that is no longer wanted when it is loaded is unloaded again', async () => {
  const { host, apply, serving } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([[v2, 1]]);
  await apply([[v1, 1]]);
  await host.finish(v2);
  expect([serving(), host.unloads]).toEqual([{ 'iris@1': 1 }, [host.keyOf(v2)]]);
});

test('a route that leaves the snapshot answers no more, and its models go', async () => {
  const { host, apply, routes, deployment } = setUp();
  await apply([[v1, 1]]);
  await host.finish(v1);
  deployment.apply(snapshotOf(9, [], []));
  await settle();
  expect(() => routes.find('iris')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
  expect(host.unloads).toEqual([host.keyOf(v1)]);
});

test('what cannot be removed is logged, and the gateway goes on', async () => {
  const { host, folders, apply, log, states } = setUp();
  folders.keepOnly.mockRejectedValue(new Error('EACCES'));
  await apply([[v1, 1]]);
  await host.finish(v1);
  await apply([[v2, 1]]);
  await host.finish(v2);
  await settle();
  expect(states()).toEqual({ 'iris@2': 'READY' });
  expect(log.messages('error')).toEqual([expect.stringContaining('could not be removed')]);
});
