import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { heavyModel, smallClassifierModel, wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { pause } from '../../start-platform.ts';
import { floats, matrices, runnerPid, startHost, until, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

const row = floats('x', [1, 4], [1, 2, 3, 4]);

/** Loads that were let in on the verdict of an earlier probe. */
function untried(): string[] {
  return fixture.log.flatMap(({ message, model }) =>
    message === 'not tried again: its files have passed their probe before' ? [String(model)] : [],
  );
}

describe('a model that is loaded again', () => {
  it('is not tried again, merges as before, and takes over the thread that was left', async () => {
    fixture = await startHost();
    await fixture.load('other@1', heavyModel(1));
    const first = await fixture.load('classifier@1', smallClassifierModel());
    const before = await first.execute(row);
    const threads = (): number => readdirSync(`/proc/${runnerPid(fixture.host, 'shared')}/task`).length;
    const threadsBefore = threads();
    expect(untried()).toEqual([]);

    await fixture.host.unload('classifier@1');
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 1 }]);
    const again = await fixture.load('classifier@1', smallClassifierModel());
    expect(untried()).toEqual(['classifier@1']);
    expect([again.rowsMax, again.apartReason]).toEqual([first.rowsMax, first.apartReason]);
    expect(again.rowsMax).toBeGreaterThan(0);
    expect((await again.execute(row)).outputs).toEqual(before.outputs);
    expect(threads()).toBe(threadsBefore);
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 2 }]);
  });

  it('is tried again with other settings', async () => {
    fixture = await startHost();
    await fixture.load('other@1', heavyModel(1));
    await fixture.load('classifier@1', smallClassifierModel());
    await fixture.host.unload('classifier@1');
    const narrow = await fixture.load('classifier@1', smallClassifierModel(), { maxBatchSize: 8 });
    expect(untried()).toEqual([]);
    expect(narrow.rowsMax).toBe(8);
  });

  it('is tried again after a runner ended under it', async () => {
    fixture = await startHost();
    const model = await fixture.load('heavy@1', heavyModel(40));
    const lost = model.execute(matrices(2_000));
    setTimeout(() => process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL'), 300);
    await expect(lost).rejects.toMatchObject({ code: 'RUNNER_CRASHED' });
    await until('the model is back', () => fixture.host.observedModels().every(({ state }) => state === 'READY'));
    await fixture.host.unload('heavy@1');
    await fixture.load('heavy@1', heavyModel(40));
    expect(untried()).toEqual([]);
    await fixture.host.unload('heavy@1');
    await fixture.load('heavy@1', heavyModel(40));
    expect(untried()).toEqual(['heavy@1']);
  });
});

describe('loads, one right after another', () => {
  const wide = wideModel(20);
  const loadMs = async (): Promise<number> => {
    const startedMs = performance.now();
    await fixture.load('wide@1', wide);
    const tookMs = performance.now() - startedMs;
    await fixture.host.unload('wide@1');
    return tookMs;
  };

  it('wait while another model serves, as long as there are few cores, and not when nobody is served', async () => {
    fixture = await startHost();
    const served = await fixture.load('classifier@1', smallClassifierModel());
    await loadMs();
    const quietMs = [await loadMs(), await loadMs(), await loadMs()];
    let serves = true;
    const clients = (async () => {
      while (serves) {
        await served.execute(row);
        await pause(20);
      }
    })();
    await pause(100);
    const reasons = new Set<string>();
    const watch = setInterval(() => {
      for (const { id, reason } of fixture.host.observedModels()) if (id === 'wide@1') reasons.add(reason);
    }, 20);
    const servedMs = [await loadMs(), await loadMs(), await loadMs()];
    clearInterval(watch);
    serves = false;
    await clients;
    console.log(
      `nobody served: ${quietMs.map(Math.round).join(', ')} ms; somebody: ${servedMs.map(Math.round).join(', ')} ms`,
    );
    if (availableParallelism() >= 16) return;
    expect([...reasons]).toContainEqual(expect.stringMatching(/^waits up to \d\.\d s: models were loaded just before/));
    // The first of them comes after a load, too.
    expect(Math.min(...servedMs)).toBeGreaterThan(1.2 * Math.min(...quietMs));
    expect(Math.max(...servedMs)).toBeLessThan(Math.max(...quietMs) + 10_000);
  });
});
