import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { cli } from '../run-cli.ts';
import { pause, repository, startPlatform, until, type Platform } from '../start-platform.ts';
import { countKinds, sendMany, startSteadyLoad } from '../steady-load.ts';
import { isAlive, isPortTaken, processesOf, childrenOf, findProcess } from './processes.ts';

describe('SIGKILL of the supervisor, and of everything', () => {
  let home: string;
  let platform: Platform;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cluster-ai-drill-'));
    platform = await startPlatform({ home });
    await cli(platform, 'model', 'push', 'pushed', join(repository, 'models/iris/1/model.onnx'));
  });
  afterAll(async () => {
    await platform?.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('the supervisor alone: no orphan holds a port, the data or a core, and the next start works', async () => {
    const pids = pidsOf(home);
    process.kill(platform.supervisor.pid ?? Number.NaN, 'SIGKILL');
    const goneMs = await until(
      'every process of the platform is gone',
      30_000,
      () => pids.every((pid) => !isAlive(pid)) && processesOf(home).length === 0,
    );
    console.log(`supervisor killed: ${pids.length} processes gone after ${Math.round(goneMs)} ms`);
    for (const port of Object.values(platform.ports)) {
      expect(await isPortTaken(port), `port ${port} is free`).toBe(false);
    }
    const startedAtMs = performance.now();
    platform = await startPlatform({ home }, platform.ports);
    console.log(`started again after ${Math.round(performance.now() - startedAtMs)} ms`);
    await expectAllModels(platform);
  });

  it('everything at once: all models are there again', async () => {
    const pids = [...pidsOf(home), platform.supervisor.pid ?? Number.NaN];
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await until('every process is gone', 10_000, () => pids.every((pid) => !isAlive(pid)));
    const startedAtMs = performance.now();
    platform = await startPlatform({ home }, platform.ports);
    console.log(`everything killed: started again after ${Math.round(performance.now() - startedAtMs)} ms`);
    await expectAllModels(platform);
  });

  it('SIGTERM under load: every request that was received is answered, new connections are refused', async () => {
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, { clients: 16, pauseMs: 2 });
    await pause(1_000);
    const startedAtMs = performance.now();
    const ended = platform.stop();
    await until('the first refused connection', 30_000, () => running.outcomes.some(({ kind }) => kind === 'refused'));
    const code = await ended;
    const stoppedMs = performance.now() - startedAtMs;
    const counts = countKinds(await running.stop());
    console.log(
      `SIGTERM under load: ${JSON.stringify(counts)}; stopped after ${Math.round(stoppedMs)} ms with code ${code}`,
    );
    expect(code).toBe(0);
    expect(counts).toMatchObject({ wrong: 0, lost: 0, error: 0 });
    expect(counts.answered).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(0);
    expect(processesOf(home)).toEqual([]);
  });
});

function pidsOf(home: string): number[] {
  const gateway = findProcess(home, 'apps/gateway/src/main.ts');
  return [...new Set([...processesOf(home), ...childrenOf(gateway.pid)].map(({ pid }) => pid))];
}

async function expectAllModels(platform: Platform): Promise<void> {
  const models = JSON.parse(await cli(platform, 'model', 'list', '-o', 'json')) as { name: string }[];
  expect(models.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['iris', 'mnist', 'silero-vad', 'language', 'pushed']),
  );
  const outcomes = await sendMany(platform.gatewayUrl, 100, 4, () => irisRequest);
  expect(countKinds(outcomes)).toMatchObject({ answered: 100 });
  const pushed = await sendMany(platform.gatewayUrl, 10, 1, () => ({
    ...irisRequest,
    path: '/v2/models/pushed/infer',
  }));
  expect(countKinds(pushed)).toMatchObject({ answered: 10 });
}
