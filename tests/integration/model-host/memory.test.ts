import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { smallClassifierModel, wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { floats, runnerPid, startHost, until, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

function rssMiB(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(kibibytes) / 1_024;
}

it('unloading gives the memory of a model back to the system', async () => {
  fixture = await startHost();
  // Another model keeps the process alive, as it would in service. A first thread that comes and goes leaves about
  // 10 MiB behind, once: V8 and the C library keep what every later thread uses again.
  await fixture.load('classifier@1', smallClassifierModel());
  await fixture.load('classifier@2', smallClassifierModel());
  await fixture.host.unload('classifier@2');
  const pid = runnerPid(fixture.host, 'shared');
  const wide = wideModel(20);
  const row = floats(
    'x',
    [1, 1_024],
    Array.from({ length: 1_024 }, () => 1),
  );
  const baseMiB = rssMiB(pid);
  for (const round of [1, 2, 3]) {
    const model = await fixture.load('wide@1', wide);
    await model.execute(row);
    const loadedMiB = rssMiB(pid);
    await fixture.host.unload('wide@1');
    const afterMiB = rssMiB(pid);
    const returned = (loadedMiB - afterMiB) / (loadedMiB - baseMiB);
    console.log(
      `round ${round}: ${baseMiB.toFixed(0)} MiB before, ${loadedMiB.toFixed(0)} MiB with a model of 80 MiB, ${afterMiB.toFixed(0)} MiB after: ${(returned * 100).toFixed(0)} % returned`,
    );
    expect(loadedMiB - baseMiB).toBeGreaterThan(70);
    expect(returned).toBeGreaterThanOrEqual(0.9);
  }
  await until('the runner reports its memory', () => (fixture.host.observedRunners()[0]?.rssBytes ?? 0) > 0);
});

it('weights lie in huge pages, where the system gives these to programs that ask', async () => {
  const enabled = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8');
  fixture = await startHost();
  await fixture.load('wide@1', wideModel(20));
  const pid = runnerPid(fixture.host, 'shared');
  const kibibytes = Number(/^AnonHugePages:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  console.log(
    `${(kibibytes / 1_024).toFixed(0)} MiB of a model of 80 MiB in huge pages; the system: ${enabled.trim()}`,
  );
  // Layers of 4 MiB begin anywhere: about a half of each fits.
  if (enabled.includes('[never]')) expect(kibibytes).toBe(0);
  else expect(kibibytes / 1_024).toBeGreaterThan(20);
});
