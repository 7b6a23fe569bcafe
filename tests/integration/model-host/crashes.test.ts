import { afterEach, describe, expect, it } from 'vitest';
import { heavyModel, smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { childrenOf, isAlive } from '../../drills/processes.ts';
import { floats, matrices, runnerPid, startHost, until, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

const row = floats('x', [1, 4], [1, 2, 3, 4]);

describe('a runner that is killed', () => {
  it('fails the runs that it was given, and no others', async () => {
    fixture = await startHost();
    const heavy = await fixture.load('heavy@1', heavyModel(40));
    const classifier = await fixture.load('classifier@2', smallClassifierModel());
    const pid = runnerPid(fixture.host, 'shared');
    const lost = [heavy.execute(matrices(2_000)), heavy.execute(matrices(2_000))];
    const [settled] = await Promise.all([
      Promise.allSettled(lost),
      answered(classifier),
      later(300, () => process.kill(pid, 'SIGKILL')),
    ]);
    const killedAtMs = performance.now();
    for (const run of settled) {
      expect(run).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'RUNNER_CRASHED',
          message: "the runner was killed by SIGKILL while it was running model 'heavy@1'",
        },
      });
    }
    expect([heavy.freePlaces(), classifier.freePlaces()]).toEqual([0, 0]);
    expect(fixture.host.observedModels().map(({ state, reason }) => ({ state, reason }))).toEqual(
      ['heavy@1', 'classifier@2'].map(() => ({
        state: 'LOADING',
        reason: 'its runner was killed by SIGKILL; it is being loaded again',
      })),
    );
    await until('the classifier has free places', () => classifier.freePlaces() === 2);
    await answered(classifier);
    console.log(`a killed runner answered again after ${Math.round(performance.now() - killedAtMs)} ms`);
    await until('both models are ready', () => fixture.host.observedModels().every(({ state }) => state === 'READY'));
    expect(fixture.host.observedRunners()).toMatchObject([{ isolation: 'shared', restarts: 1 }]);
    expect(runnerPid(fixture.host, 'shared')).not.toBe(pid);
  });

  it('wakes the batching stage when its models are back', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel());
    process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL');
    await until('the crash is noticed', () => model.freePlaces() === 0);
    await expect(model.execute(row)).rejects.toMatchObject({
      code: 'MODEL_NOT_READY',
      message: expect.stringContaining('is being loaded again'),
    });
    await new Promise<void>((resolve) => model.onFree(() => model.freePlaces() > 0 && resolve()));
    expect((await model.execute(row)).outputs).toHaveLength(1);
  });

  it('twice under the same model, gives that model a process of its own', async () => {
    fixture = await startHost();
    const heavy = await fixture.load('heavy@1', heavyModel(40));
    const classifier = await fixture.load('classifier@1', smallClassifierModel());
    for (const restarts of [1, 2]) {
      const run = heavy.execute(matrices(2_000));
      await Promise.all([
        expect(run).rejects.toMatchObject({ code: 'RUNNER_CRASHED' }),
        later(200, () => process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL')),
      ]);
      await until('both models are ready', () => fixture.host.observedModels().every(({ state }) => state === 'READY'));
      expect(fixture.host.observedRunners().find(({ isolation }) => isolation === 'shared')).toMatchObject({
        restarts,
      });
    }
    expect(fixture.host.observedModels().map(({ id, isolation }) => [id, isolation])).toEqual([
      ['heavy@1', 'dedicated'],
      ['classifier@1', 'shared'],
    ]);
    const run = heavy.execute(matrices(2_000));
    await Promise.all([
      expect(run).rejects.toMatchObject({ code: 'RUNNER_CRASHED' }),
      later(200, () => process.kill(runnerPid(fixture.host, 'dedicated'), 'SIGKILL')).then(() => answered(classifier)),
    ]);
    expect(fixture.host.observedRunners().find(({ isolation }) => isolation === 'shared')).toMatchObject({
      restarts: 2,
    });
  });
});

describe('a run that takes too long', () => {
  it('is ended with its runner, and the model answers again', async () => {
    fixture = await startHost({ executionTimeoutMs: 1_000 });
    const heavy = await fixture.load('heavy@1', heavyModel(60));
    const startedAtMs = performance.now();
    await expect(heavy.execute(matrices(3_000))).rejects.toMatchObject({
      code: 'RUNNER_CRASHED',
      message: "the runner was killed because it took longer than 1000 ms while it was running model 'heavy@1'",
    });
    console.log(`a run with a limit of 1000 ms was ended after ${Math.round(performance.now() - startedAtMs)} ms`);
    await until('the model has free places', () => heavy.freePlaces() > 0);
    expect((await heavy.execute(matrices(10))).outputs[0]?.shape).toEqual([10, 10]);
  });
});

describe('a model that kills or holds up its probe', () => {
  it('is refused, naming the signal', async () => {
    fixture = await startHost();
    const load = fixture.load('heavy@1', heavyModel(1));
    await killProbe('SIGSEGV');
    await expect(load).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: 'the runner was killed by SIGSEGV while it was loading the model',
    });
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'FAILED' }]);
  });

  it('is given a second try when the kill came from outside', async () => {
    fixture = await startHost();
    const load = fixture.load('classifier@1', smallClassifierModel());
    await killProbe('SIGKILL');
    expect((await (await load).execute(row)).outputs).toHaveLength(1);
  });

  it('is refused when it takes too long', async () => {
    fixture = await startHost({ loadTimeoutMs: 20 });
    await expect(fixture.load('classifier@1', smallClassifierModel())).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: 'the runner took longer than 20 ms while it was loading the model',
    });
    await until('no process is left', () => runners().length === 0);
  });
});

describe('a model that cannot be loaded again', () => {
  it('is given up after some tries, with the reason, and its memory with it', async () => {
    fixture = await startHost();
    const [model, folder] = await fixture.store('classifier@1', smallClassifierModel());
    const executor = await fixture.host.load(model, folder);
    await fixture.store('classifier@1', { bytes: new Uint8Array(10), signature: smallClassifierModel().signature });
    process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL');
    await until('the model is given up', () => fixture.host.observedModels()[0]?.state === 'FAILED');
    expect(fixture.host.observedModels()[0]?.reason).toContain('ONNX Runtime cannot load it');
    await expect(executor.execute(row)).rejects.toMatchObject({ code: 'MODEL_NOT_READY' });
    await until('its runner has ended', () => fixture.host.observedRunners().length === 0);
    const again = await fixture.load('classifier@1', smallClassifierModel());
    expect((await again.execute(row)).outputs).toHaveLength(1);
  });
});

/** Looks and kills in one go: a process that starts another program has no command line for a moment. */
async function killProbe(signal: NodeJS.Signals): Promise<void> {
  await until('the probe has started', () => {
    const [probe] = runners();
    return probe !== undefined && process.kill(probe, signal);
  });
}

/** Runner processes of this test; a probe is the first. */
function runners(): number[] {
  return childrenOf(process.pid)
    .filter(({ pid, command }) => command.includes('apps/runner/src/main.ts') && isAlive(pid))
    .map(({ pid }) => pid);
}

async function answered(model: {
  execute(execution: typeof row): Promise<{ outputs: readonly unknown[] }>;
}): Promise<void> {
  expect((await model.execute(row)).outputs).toHaveLength(1);
}

async function later(delayMs: number, action: () => unknown): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, delayMs));
  action();
}
