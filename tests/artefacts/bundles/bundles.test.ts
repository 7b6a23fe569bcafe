import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundles } from '../../../tools/dist/bundles.ts';
import { writeBundle } from '../../../tools/dist.ts';
import { irisRequest } from '../../iris.ts';
import { freePort, isGreen, repository, until } from '../../start-platform.ts';

// What the images carry, started as they start it: from a folder with no package above it, and nothing of the sources.

const readyWithinMs = 60_000;
const stopWithinMs = 30_000;

let folder: string;
let postgres: PostgresServer;
let databaseUrl: string;
const started: { child: ChildProcess; output: () => string }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-bundles-'));
  for (const name of ['admin', 'join']) {
    writeFileSync(join(folder, `${name}-token`), `${name}-token-of-the-bundled-programs-0123456789`, { mode: 0o600 });
  }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  for (const bundle of bundles) await writeBundle(bundle, folder, architecture);
  postgres = await startPostgres(18);
  databaseUrl = await postgres.createDatabase();
});

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await postgres?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (own: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...own,
});

function start(program: 'control-plane' | 'gateway', own: Readonly<Record<string, string>>): void {
  const child = spawn(process.execPath, [join(folder, program, `${program}.js`)], {
    cwd: '/',
    env: environment(own),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  started.push({ child, output: () => output });
}

const health = (program: string, url: string): number | null =>
  spawnSync(process.execPath, [join(folder, program, 'health.js'), url], { stdio: 'ignore' }).status;

describe('the bundled programs', () => {
  it('migrate, serve, predict, say whether they are ready, and stop in order', async () => {
    const [front, inference, grpc, metrics, own] = await Promise.all(Array.from({ length: 5 }, freePort));
    const gatewayUrl = `http://127.0.0.1:${inference}`;
    const controlUrl = `http://127.0.0.1:${front}`;
    const migrated = spawnSync(process.execPath, [join(folder, 'control-plane/control-plane.js'), 'migrate'], {
      env: environment({ DATABASE_URL: databaseUrl }),
      encoding: 'utf8',
    });
    expect(migrated).toMatchObject({ status: 0 });
    start('control-plane', {
      DATABASE_URL: databaseUrl,
      CLUSTER_AI_CONTROL_PLANE_HOME: join(folder, 'control-home'),
      CLUSTER_AI_CONTROL_PLANE_HTTP_PORT: `${front}`,
      CLUSTER_AI_CONTROL_PLANE_METRICS_PORT: `${own}`,
      CLUSTER_AI_CONTROL_PLANE_AUTH_ADMIN_TOKEN_FILE: join(folder, 'admin-token'),
      CLUSTER_AI_CONTROL_PLANE_AUTH_GATEWAY_TOKEN_FILE: join(folder, 'join-token'),
      CLUSTER_AI_CONTROL_PLANE_GATEWAY_URL: gatewayUrl,
      CLUSTER_AI_CONTROL_PLANE_SOURCES_EXAMPLES: join(repository, 'models/iris'),
    });
    start('gateway', {
      CLUSTER_AI_GATEWAY_HOME: join(folder, 'gateway-home'),
      CLUSTER_AI_GATEWAY_HTTP_PORT: `${inference}`,
      CLUSTER_AI_GATEWAY_GRPC_PORT: `${grpc}`,
      CLUSTER_AI_GATEWAY_METRICS_PORT: `${metrics}`,
      CLUSTER_AI_GATEWAY_CONTROL_URL: controlUrl,
      CLUSTER_AI_GATEWAY_CONTROL_TOKEN_FILE: join(folder, 'join-token'),
    });
    const served = until('the bundled gateway serves iris', readyWithinMs, () => {
      if (started.some(({ child }) => child.exitCode !== null)) throw new Error('a bundled program ended');
      return isGreen(`${gatewayUrl}/v2/models/iris/ready`);
    });
    const tookMs = await served.catch((error: unknown) => {
      throw new Error(started.map(({ output }) => output()).join('\n'), { cause: error });
    });
    console.log(`bundled programs: the first model is ready after ${Math.round(tookMs)} ms`);
    const answer = await fetch(`${gatewayUrl}${irisRequest.path}`, { method: 'POST', body: irisRequest.body });
    expect(irisRequest.check?.(await answer.text())).toBeNull();

    const [readyGateway, readyPlane] = [metrics, own].map((port) => `http://127.0.0.1:${port}/readyz`);
    expect([health('gateway', `${readyGateway}`), health('control-plane', `${readyPlane}`)]).toEqual([0, 0]);
    expect(health('gateway', `${gatewayUrl}/no-such-path`)).toBe(1);
    expect(health('gateway', 'nonsense')).toBe(2);

    for (const { child } of started) {
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopWithinMs) });
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
    expect([health('gateway', `${readyGateway}`), health('control-plane', `${readyPlane}`)]).toEqual([1, 1]);
  });

  it('the command line runs alone, and says why it cannot start a database of its own', () => {
    const up = spawnSync(process.execPath, [join(folder, 'cli/cluster-ai.js'), 'up', '--home', join(folder, 'up')], {
      env: environment({}),
      encoding: 'utf8',
    });
    expect(up.status).not.toBe(0);
    expect(up.stderr).toMatch(/no embedded PostgreSQL.*set DATABASE_URL/s);
  });
});
