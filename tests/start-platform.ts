import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '@cluster-ai/platform/process/ports.ts';
import { sharedCompileCache } from './compile-cache.ts';

/** The checkout that is being tested. */
export const repository = join(import.meta.dirname, '..');

export interface PlatformOptions {
  /** Keep an existing data folder; by default a new one is made and removed. */
  readonly home?: string;
  readonly modelRepository?: string;
  readonly examples?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Both listeners speak TLS; what calls them must trust their certificate. */
  readonly tls?: boolean;
  /** Ready within this time, milliseconds. */
  readonly readyWithinMs?: number;
}

export interface Platform {
  readonly gatewayUrl: string;
  readonly controlUrl: string;
  readonly metricsUrl: string;
  readonly home: string;
  readonly adminToken: string;
  readonly supervisor: ChildProcess;
  /** All that the supervisor has printed. */
  output(): string;
  /** Ports and the arguments to start the same platform again on the same data. */
  readonly ports: PlatformPorts;
  /** Stops in order. @returns the exit code; a data folder that was made for the test is removed. */
  stop(): Promise<number | null>;
}

export interface PlatformPorts {
  readonly control: number;
  readonly gateway: number;
  readonly grpc: number;
  readonly metrics: number;
}

/**
 * Starts the whole platform as a user would, with `cluster-ai up`, on free ports and its own data folder, and waits until
 * gateway and control plane are ready.
 */
export async function startPlatform(options: PlatformOptions = {}, ports?: PlatformPorts): Promise<Platform> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'cluster-ai-test-')));
  const taken = ports ?? (await freePorts());
  const supervisor = spawn(process.execPath, upArguments(home, taken, options), {
    cwd: repository,
    env: { ...process.env, ...sharedCompileCache(options.flags ?? []), CLUSTER_AI_HOME: home, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Signals are sent to the supervisor alone, as `kill` would.
    detached: true,
  });
  let printed = '';
  supervisor.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  supervisor.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const scheme = options.tls === true ? 'https' : 'http';
  const platform = {
    gatewayUrl: `${scheme}://127.0.0.1:${taken.gateway}`,
    controlUrl: `${scheme}://127.0.0.1:${taken.control}`,
    metricsUrl: `http://127.0.0.1:${taken.metrics}`,
    home,
    ports: taken,
    supervisor,
    output: () => printed,
    stop: () => stopPlatform(supervisor, home, options.home === undefined),
  };
  try {
    await untilReady(platform, options.readyWithinMs ?? 120_000);
    return { ...platform, adminToken: (await readFile(join(home, 'admin-token'), 'utf8')).trim() };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

function upArguments(home: string, ports: PlatformPorts, options: PlatformOptions): string[] {
  return [
    join(repository, 'apps/cli/src/main.ts'),
    'up',
    '--home',
    home,
    '--port',
    String(ports.control),
    '--gateway-port',
    String(ports.gateway),
    '--grpc-port',
    String(ports.grpc),
    '--metrics-port',
    String(ports.metrics),
    ...(options.modelRepository === undefined ? [] : ['--model-repository', options.modelRepository]),
    ...(options.examples === false ? ['--no-examples'] : []),
    ...(options.flags ?? []),
  ];
}

async function untilReady(
  platform: Pick<Platform, 'supervisor' | 'output' | 'controlUrl' | 'metricsUrl'>,
  withinMs: number,
): Promise<void> {
  const startedAtMs = performance.now();
  for (;;) {
    if (platform.supervisor.exitCode !== null || platform.supervisor.signalCode !== null) {
      throw new Error(
        `\`cluster-ai up\` ended with ${platform.supervisor.exitCode ?? platform.supervisor.signalCode}:\n${platform.output()}`,
      );
    }
    if ((await isGreen(`${platform.controlUrl}/readyz`)) && (await isGreen(`${platform.metricsUrl}/readyz`))) return;
    if (performance.now() - startedAtMs > withinMs) {
      throw new Error(`the platform was not ready after ${withinMs} ms:\n${platform.output()}`);
    }
    await pause(100);
  }
}

export async function isGreen(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

async function stopPlatform(supervisor: ChildProcess, home: string, removesHome: boolean): Promise<number | null> {
  if (supervisor.exitCode === null && supervisor.signalCode === null) {
    const ended = once(supervisor, 'exit');
    supervisor.kill('SIGTERM');
    await ended;
  }
  if (removesHome && existsSync(home)) await rm(home, { recursive: true, force: true });
  return supervisor.exitCode;
}

async function freePorts(): Promise<PlatformPorts> {
  return { control: await freePort(), gateway: await freePort(), grpc: await freePort(), metrics: await freePort() };
}

/** Nobody listens yet on the one that was given before, when the next is asked for. */
const givenPorts = new Set<number>();

/** Programs that have ports of their own lie lower, most of them. */
const lowestPort = 10_000;

/**
 * A port that was free a moment ago, and that no connection of another program is given meanwhile: below those which Linux
 * chooses from for them, where it leaves enough of them.
 */
export async function freePort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const ports = Math.max(Number.parseInt(range, 10) - lowestPort, 10_000);
  for (;;) {
    const port = lowestPort + Math.floor(Math.random() * ports);
    if (givenPorts.has(port) || !(await isPortFree('127.0.0.1', port))) continue;
    givenPorts.add(port);
    return port;
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Waits until `condition` holds, and says what was waited for when it does not. */
export async function until(
  what: string,
  withinMs: number,
  condition: () => Promise<boolean> | boolean,
  everyMs = 50,
): Promise<number> {
  const startedAtMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAtMs > withinMs) throw new Error(`not after ${withinMs} ms: ${what}`);
    await pause(everyMs);
  }
  return performance.now() - startedAtMs;
}
