import { readFileSync } from 'node:fs';
import { smallClassifierModel, wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { floats, runnerPid, startHost, type HostFixture } from '../../integration/model-host/host-fixture.ts';
import { judgeGrowth, type Growth } from '../soak/growth.ts';

export interface CyclesOptions {
  readonly cycles: number;
  /** Layers of 4 MiB of the model that comes and goes. */
  readonly layers: number;
  readonly say: (line: string) => void;
}

export interface CyclesReport {
  /** Of what the model took, the share that was given back by its unloading: the median of all cycles after the first. */
  readonly returned: number;
  /** Of the runner, and of this process, which is the gateway here; null for fewer than eight cycles. */
  readonly growth: readonly Growth[] | null;
}

/** What the trend may gain over the whole run: V8 and the C library keep some memory for what comes next. */
const allowance = { share: 0.05, floor: 8 };

/**
 * Loads a model, runs it once and unloads it, again and again, beside another one that stays: what is given back each
 * time, and whether anything grows.
 */
export async function measureCycles({ cycles, layers, say }: CyclesOptions): Promise<CyclesReport> {
  const fixture = await startHost();
  try {
    await fixture.load('classifier@1', smallClassifierModel());
    // The first thread that comes and goes leaves what every later one uses again.
    await fixture.load('classifier@2', smallClassifierModel());
    await fixture.host.unload('classifier@2');
    return await turn(fixture, { cycles, layers, say });
  } finally {
    await fixture.close();
  }
}

async function turn(fixture: HostFixture, { cycles, layers, say }: CyclesOptions): Promise<CyclesReport> {
  const pid = runnerPid(fixture.host, 'shared');
  const stored = await fixture.store('wide@1', wideModel(layers));
  const row = floats(
    'x',
    [1, 1_024],
    Array.from({ length: 1_024 }, () => 1),
  );
  const returned: number[] = [];
  const runner: { atMs: number; value: number }[] = [];
  const gateway: { atMs: number; value: number }[] = [];
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const beforeMiB = residentMiB(pid);
    const model = await fixture.host.load(...stored);
    await model.execute(row);
    const loadedMiB = residentMiB(pid);
    await fixture.host.unload('wide@1');
    const afterMiB = residentMiB(pid);
    returned.push((loadedMiB - afterMiB) / (loadedMiB - beforeMiB));
    runner.push({ atMs: cycle, value: afterMiB });
    gateway.push({ atMs: cycle, value: process.memoryUsage.rss() / 2 ** 20 });
    if (cycle % Math.ceil(cycles / 10) === 0) {
      say(
        `cycle ${cycle}: runner ${beforeMiB.toFixed(0)} MiB, ${loadedMiB.toFixed(0)} with the model, ${afterMiB.toFixed(0)} after; gateway ${gateway.at(-1)?.value.toFixed(0)}`,
      );
    }
  }
  const share = median(returned.slice(1));
  say(`unloading gave back ${(share * 100).toFixed(1)} % of a model of ${layers * 4} MiB (median of ${cycles - 1})`);
  if (cycles < 8) return { returned: share, growth: null };
  const growth = [
    judgeGrowth({ name: 'runner', unit: 'MiB', points: runner }, allowance),
    judgeGrowth({ name: 'gateway', unit: 'MiB', points: gateway }, allowance),
  ];
  for (const { name, first, last, max, gained, allowed } of growth) {
    say(
      `${name}: ${first.toFixed(0)} to ${last.toFixed(0)} MiB, at most ${max.toFixed(0)}; trend over ${cycles} cycles ${gained.toFixed(1)} MiB, allowed ${allowed.toFixed(1)}`,
    );
  }
  return { returned: share, growth };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function residentMiB(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(kibibytes) / 1_024;
}
