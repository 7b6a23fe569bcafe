import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPython } from '../e2e/test-python.ts';
import { irisRequest } from '../iris.ts';
import { freePort, isGreen, repository, startPlatform, until, type Platform } from '../start-platform.ts';
import { countKinds, sendMany } from '../steady-load.ts';

let home: string;
let platform: Platform;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cluster-ai-static-'));
  platform = await startPlatform({ home });
});
afterAll(async () => {
  await platform?.stop();
  await rm(home, { recursive: true, force: true });
});

test.each([
  ['curl', 'sh', ['examples/curl.sh']],
  ['TypeScript', process.execPath, ['examples/predict.ts']],
  ['Python', testPython(), ['examples/predict.py']],
])('the %s example sends a real digit and gets right answers from the platform', async (_name, program, args) => {
  const { code, output } = await run(program, args);
  console.log(output.trim());
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/mnist: \[\s*7\s*\]/);
});

test('a gateway starts and predicts from its last snapshot, with control plane and database gone', async () => {
  await platform.stop();
  const [http, metrics, nobody] = [await freePort(), await freePort(), await freePort()];
  const startedAtMs = performance.now();
  const gateway = spawn(process.execPath, [join(repository, 'apps/gateway/src/main.ts')], {
    env: {
      ...process.env,
      CLUSTER_AI_GATEWAY_HOME: join(home, 'gateway-1'),
      CLUSTER_AI_GATEWAY_HTTP_PORT: String(http),
      CLUSTER_AI_GATEWAY_GRPC_PORT: '0',
      CLUSTER_AI_GATEWAY_METRICS_PORT: String(metrics),
      CLUSTER_AI_GATEWAY_CONTROL_URL: `http://127.0.0.1:${nobody}`,
    },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  try {
    await until('the gateway is ready', 60_000, () => isGreen(`http://127.0.0.1:${metrics}/readyz`));
    console.log(`ready alone after ${Math.round(performance.now() - startedAtMs)} ms`);
    expect(countKinds(await sendMany(`http://127.0.0.1:${http}`, 100, 4, () => irisRequest))).toMatchObject({
      answered: 100,
    });
  } finally {
    const ended = once(gateway, 'exit');
    gateway.kill('SIGTERM');
    await ended;
  }
  expect(gateway.exitCode).toBe(0);
});

function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd: repository, env: { ...process.env, CLUSTER_AI_URL: platform.gatewayUrl } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
    );
  });
}
