import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programs } from '@cluster-ai/cli/up/programs.ts';
import { startFailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import type { FailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { freePort, isGreen, until } from './start-platform.ts';

/** A program that can be killed and started again on its port and its data. */
export interface TestProgram {
  readonly url: string;
  readonly port: number;
  readonly home: string;
  readonly pid: number;
  output(): string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
}

/** Two control planes on one PostgreSQL and one storage folder, a gateway that knows both, and a balancer before them. */
export interface TwoControlPlanes {
  readonly planes: readonly [TestProgram, TestProgram];
  readonly gateway: TestProgram;
  /** What browsers and the command line speak to. */
  readonly proxy: FailoverProxy;
  readonly storage: string;
  readonly adminToken: string;
  readonly databaseUrl: string;
  /** A folder for the test, removed at the end. */
  readonly folder: string;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;
const stopWithinMs = 20_000;

/** @param flags further settings of both control planes. */
export async function startTwoControlPlanes(flags: readonly string[] = []): Promise<TwoControlPlanes> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-two-'));
  const adminToken = 'admin-token-of-the-tests-0123456789';
  const tokens = { admin: join(folder, 'admin'), gateway: join(folder, 'gateway-token') };
  writeFileSync(tokens.admin, adminToken, { mode: 0o600 });
  writeFileSync(tokens.gateway, 'gateway-token-of-the-tests-0123456789', { mode: 0o600 });
  const storage = join(folder, 'storage');
  mkdirSync(storage);
  const postgres: PostgresServer = await startPostgres(18);
  const databaseUrl = await postgres.createDatabase();
  const gatewayPorts = { http: await freePort(), metrics: await freePort() };
  const plane = async (name: string): Promise<TestProgram> => {
    const port = await freePort();
    const settings = {
      home: join(folder, name),
      'storage.folder': storage,
      'http.port': port,
      'auth.adminTokenFile': tokens.admin,
      'auth.gatewayTokenFile': tokens.gateway,
      'gateway.url': `http://127.0.0.1:${gatewayPorts.http}`,
    };
    const args = [...flagsOf(settings), ...flags];
    return testProgram('control-plane', { args, home: settings.home, port, readyPort: port, databaseUrl });
  };
  const planes = [await plane('a'), await plane('b')] as const;
  const gatewaySettings = {
    home: join(folder, 'gateway'),
    'http.port': gatewayPorts.http,
    'grpc.port': 0,
    'metrics.port': gatewayPorts.metrics,
    'control.url': planes.map(({ url }) => url).join(','),
    'control.tokenFile': tokens.gateway,
  };
  const gateway = testProgram('gateway', {
    args: flagsOf(gatewaySettings),
    home: gatewaySettings.home,
    port: gatewayPorts.http,
    readyPort: gatewayPorts.metrics,
    databaseUrl: '',
  });
  const proxy = await startFailoverProxy(planes.map(({ port }) => port));
  const programs = [gateway, ...planes];
  const stop = async (): Promise<void> => {
    await proxy.close();
    for (const program of programs) await program.kill();
    await postgres.remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(planes.map((each) => each.start()));
    await gateway.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { planes, gateway, proxy, storage, adminToken, databaseUrl, folder, stop };
}

function flagsOf(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

interface ProgramOptions {
  readonly args: readonly string[];
  readonly home: string;
  readonly port: number;
  readonly readyPort: number;
  readonly databaseUrl: string;
}

function testProgram(
  name: 'control-plane' | 'gateway',
  { args, home, port, readyPort, databaseUrl }: ProgramOptions,
): TestProgram {
  let child: ChildProcess | null = null;
  let output = '';
  const running = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  const end = async (): Promise<void> => {
    if (child === null || !running()) return;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopWithinMs) });
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    home,
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => output,
    kill: end,
    start: async () => {
      child = spawn(process.execPath, [name === 'gateway' ? programs.gateway : programs.controlPlane, ...args], {
        env: { ...process.env, DATABASE_URL: databaseUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const collect = (chunk: Buffer): void => void (output += chunk.toString());
      child.stdout?.on('data', collect);
      child.stderr?.on('data', collect);
      await until(`the ${name} on port ${port} is ready`, readyWithinMs, async () => {
        if (!running()) throw new Error(`the ${name} ended:\n${output}`);
        return isGreen(`http://127.0.0.1:${readyPort}/readyz`);
      });
    },
  };
}
