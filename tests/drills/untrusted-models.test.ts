import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { fillingModel, loopingModel } from '@cluster-ai/testkit/models/hostile-models.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { cli, runCli } from '../run-cli.ts';
import { pause, startPlatform, until, type Platform } from '../start-platform.ts';
import { countKinds, latencyMs, startSteadyLoad, type Outcome } from '../steady-load.ts';
import { findProcess, isAlive } from './processes.ts';

const memoryMebibytes = 512;
const executionTimeoutMs = 8_000;
const loadTimeoutMs = 10_000;
const load = { clients: 4, pauseMs: 5 };

/** More than any machine has; the kernel refuses it. */
const terabytes = [2 ** 21, 2 ** 20];
/** 441 MB of FP32: with what a runner has anyway more than it may fill, and less than the kernel refuses. */
const tooMuch = [10_500, 10_500];
const forever = [2 ** 50];

let platform: Platform;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-ai-untrusted-'));
  platform = await startPlatform({
    env: {
      CLUSTER_AI_GATEWAY_RUNNER_MEMORY_BYTES_MAX: String(memoryMebibytes * 2 ** 20),
      CLUSTER_AI_GATEWAY_RUNNER_EXECUTION_TIMEOUT_MS: String(executionTimeoutMs),
      CLUSTER_AI_GATEWAY_RUNNER_LOAD_TIMEOUT_MS: String(loadTimeoutMs),
    },
  });
});
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a model that harms its runner when it is asked', () => {
  it('is set apart, then taken out of service, and nobody else notices', async () => {
    await push('asking', fillingModel('on request'));
    await push('filling', fillingModel('on request'));
    await push('looping', loopingModel('on request'));
    await push('crashing', loopingModel('on request'));
    expect(await cli(platform, 'gateway', 'show', 'gateway-1')).toMatch(/^confinement +box$/m);
    const before = await measure(3_000);
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
    await pause(1_000);

    const shared = await runnerOf('iris@1');
    const refused = await predict('asking', 'shape', terabytes);
    expect(refused).toMatchObject({ status: 500, error: expect.stringMatching(/alloc|memory/i) });
    expect(await runnerOf('iris@1'), 'memory that the kernel refuses costs no runner').toBe(shared);

    await bringDown(
      'filling',
      () => predict('filling', 'shape', tooMuch),
      `was killed because it filled more than ${memoryMebibytes} MiB of memory`,
    );
    await bringDown(
      'looping',
      () => predict('looping', 'rounds', forever),
      `was killed because it took longer than ${executionTimeoutMs} ms`,
    );
    await bringDown('crashing', crash, 'was killed by SIGSEGV');

    const during = await running.stop();
    report(before, during);
    expect(countKinds(during)).toMatchObject({ error: 0, wrong: 0, lost: 0, refused: 0 });
    expect(latencyMs(during, 0.99)).toBeLessThan(Math.max(1_000, 5 * latencyMs(before, 0.99)));
  });

  it('stays out of service when the gateway starts again, and says how it comes back', async () => {
    const gateway = findProcess(platform.home, 'apps/gateway/src/main.ts');
    process.kill(gateway.pid, 'SIGKILL');
    await until('another gateway serves', 60_000, async () => {
      const { gateways } = await overview();
      return gateways.some(({ report: { pid, ready } }) => ready && pid !== gateway.pid);
    });
    await until('it tells the states', 20_000, async () => (await stateOf('filling')).state === 'FAILED');
    for (const name of ['filling', 'looping', 'crashing']) {
      const { state, reason } = await stateOf(name);
      expect([state, reason]).toEqual(['FAILED', expect.stringMatching(/^out of service: its runner was killed/)]);
    }
    const { reasons } = await overview();
    expect(reasons.map(({ text }) => text).join('\n')).toContain('filling');
    expect(await predict('filling', 'shape', [2, 2])).toMatchObject({ status: 503 });
    expect(await cli(platform, 'model', 'show', 'filling', '--model-version', '1')).toContain(
      'cluster-ai model reset filling 1',
    );
    await cli(platform, 'model', 'reset', 'filling', '1');
    await until('filling is ready', 20_000, async () => (await stateOf('filling')).state === 'READY');
    expect(await predict('filling', 'shape', [2, 2])).toMatchObject({ status: 200 });
  });
});

describe('a model that harms its runner while it is loaded', () => {
  it('is refused with the reason', async () => {
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
    const [filling, looping] = await Promise.all([
      push('filling-at-once', fillingModel('when it is loaded'), false),
      push('looping-at-once', loopingModel('when it is loaded'), false),
    ]);
    expect(filling).toContain(
      `was killed because it filled more than ${memoryMebibytes} MiB of memory while it was loading the model`,
    );
    expect(looping).toContain(`took longer than ${loadTimeoutMs} ms while it was loading the model`);
    const during = await running.stop();
    console.log(
      `others meanwhile: ${JSON.stringify(countKinds(during))}, p99 ${latencyMs(during, 0.99).toFixed(1)} ms`,
    );
    expect(countKinds(during)).toMatchObject({ error: 0, wrong: 0, lost: 0, refused: 0 });
  });
});

/** @returns what the command printed to stderr. */
async function push(name: string, bytes: Uint8Array, succeeds = true): Promise<string> {
  const file = join(folder, `${name}.onnx`);
  await writeFile(file, bytes);
  const { code, stderr } = await runCli(platform, ['model', 'push', name, file]);
  expect({ succeeds: code === 0, stderr }).toMatchObject({ succeeds });
  return stderr;
}

/** The first time sets it apart; the second time takes it out of service, or the third when others were at work too. */
async function bringDown(name: string, harm: () => Promise<Answer>, how: string): Promise<void> {
  const isOut = async (): Promise<boolean> => (await stateOf(name)).state === 'FAILED';
  for (let time = 1; !(await isOut()); time += 1) {
    expect(time, `times that ${name} was harmed`).toBeLessThanOrEqual(3);
    expect(await harm()).toMatchObject({ status: 503, error: expect.stringContaining(how) });
    // Reports come every two seconds, and what is not out after three of them is not going to be.
    const endMs = performance.now() + 6_000;
    while (time > 1 && !(await isOut()) && performance.now() < endMs) await pause(100);
    await until(`${name} is ready again, apart, or out of service`, 30_000, async () => {
      const { state, isolation } = await stateOf(name);
      return (state === 'READY' && isolation === 'dedicated') || state === 'FAILED';
    });
  }
  expect((await stateOf(name)).reason).toBe(
    `out of service: its runner ${how}, the 2nd time within 60 minutes; \`cluster-ai model reset ${name} 1\` starts it again`,
  );
}

/**
 * Ends the model's runner as a fault in native code would, in the middle of a run. When others were at work, too, the
 * run is tried again, and its runner is ended again.
 */
async function crash(): Promise<Answer> {
  const killed = new Set<number>();
  let answered = false;
  const answer = predict('crashing', 'rounds', forever).finally(() => (answered = true));
  for (;;) {
    await pause(500);
    const pid = await runnerOf('crashing@1').catch(() => null);
    if (answered) return answer;
    if (pid === null || killed.has(pid) || !isAlive(pid)) continue;
    killed.add(pid);
    process.kill(pid, 'SIGSEGV');
  }
}

interface Answer {
  readonly status: number;
  readonly error: string;
}

async function predict(name: string, input: string, data: readonly number[]): Promise<Answer> {
  const response = await fetch(`${platform.gatewayUrl}/v2/models/${name}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [{ name: input, shape: [data.length], datatype: 'INT64', data }] }),
  });
  // An answer without an error is a prediction.
  const { error = '' } = (await response.json()) as { error?: string };
  return { status: response.status, error };
}

async function control(path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${platform.adminToken}` };
  return (await fetch(`${platform.controlUrl}${path}`, { headers })).json();
}

async function overview(): Promise<Overview> {
  // The answer is what the contract says.
  return (await control('/api/v1/overview')) as Overview;
}

async function stateOf(name: string): Promise<{ state: string; reason: string; isolation: string }> {
  // The answer is what the contract says.
  const { observed } = (await control(`/api/v1/models/${name}/versions/1`)) as WholeVersion;
  return observed[0] ?? { state: 'UNKNOWN', reason: '', isolation: 'shared' };
}

async function runnerOf(model: string): Promise<number> {
  const runners = (await overview()).gateways.flatMap(({ report: { runners: all } }) => all);
  const pid = runners.find(({ models }) => models?.includes(model))?.pid;
  if (pid === undefined || pid === null) throw new Error(`${model} is in no runner that has a process`);
  return pid;
}

async function measure(durationMs: number): Promise<readonly Outcome[]> {
  const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
  await pause(durationMs);
  return running.stop();
}

function report(before: readonly Outcome[], during: readonly Outcome[]): void {
  const [p99Before, p99During] = [latencyMs(before, 0.99), latencyMs(during, 0.99)];
  console.log(
    `others: ${JSON.stringify(countKinds(during))}; p99 ${p99Before.toFixed(1)} ms before, ${p99During.toFixed(1)} ms while six runners were brought down: a factor of ${(p99During / p99Before).toFixed(2)}`,
  );
}
