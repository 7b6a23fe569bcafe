import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from '../../../tools/cache-folder.ts';
import { saveForwarding } from './forwarding.ts';

// The main file of the harness. A test of images or of compose begins so:
//
//   const engine = await startEngine();              a Docker engine of its own, on a socket of its own
//   await provideBases(engine, ['node', …]);         bases.ts: images under upstream names, made of Debian's packages
//   await buildImage(engine, 'gateway');             images.ts: from the Dockerfile that is shipped
//   engine.docker('run', …); engine.compose(…)       each returns what was printed, or throws with it
//   await engine.stop();
//
// Nothing is pulled: no registry of images is needed. Layers and the build cache are kept in the cache folder, so that the
// second run is fast; CLUSTER_AI_ENGINE names another place there, for two engines at once.

const startTimeoutMs = 60_000;
const stopTimeoutMs = 60_000;
const outputBytesMax = 256 * 1024 * 1024;

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** What a command printed, whatever its end. */
export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Engine {
  /** Path of the socket; `DOCKER_HOST` is `unix://` and this. */
  readonly socket: string;
  /** What a client of it needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `docker …`. @returns what it printed, trimmed. @throws Error with the output when it fails. */
  docker(...args: readonly string[]): string;
  /** Runs `docker-compose …` (1.29, as Debian has it) in a folder. @throws Error with the output when it fails. */
  compose(options: RunOptions, ...args: readonly string[]): string;
  /** Runs a client whose failure is expected, too. */
  run(program: 'docker' | 'docker-compose', args: readonly string[], options?: RunOptions): Printed;
  /** Removes every container, ends the engine and puts the machine's forwarding back. */
  stop(): Promise<void>;
}

/**
 * Starts a Docker engine with a socket of its own; needs root, and Debian's docker.io and docker-compose.
 * @throws Error with the end of its log when it does not come up
 */
export async function startEngine(): Promise<Engine> {
  if (process.getuid?.() !== 0) throw new Error('a Docker engine needs root: run make test-containers as root');
  const data = cacheFolder('engine', process.env['CLUSTER_AI_ENGINE'] ?? 'tests');
  mkdirSync(data, { recursive: true });
  const pidFile = join(data, 'docker.pid');
  if (existsSync(pidFile) && isRunning(readFileSync(pidFile, 'utf8').trim())) {
    throw new Error(`an engine runs on ${data} already: end it, or name another place in CLUSTER_AI_ENGINE`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-engine-'));
  const socket = join(folder, 'docker.sock');
  const logFile = join(folder, 'log');
  const restoreForwarding = saveForwarding();
  const daemon = startDaemon({ data, folder, socket, pidFile, logFile });
  const engine = clientOf(socket, async () => {
    const containers = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean);
    if (containers.length > 0) engine.docker('rm', '--force', '--volumes', ...containers);
    engine.docker('network', 'prune', '--force');
    engine.docker('volume', 'prune', '--force');
    await end(daemon);
    restoreForwarding();
    rmSync(folder, { recursive: true, force: true });
  });
  const deadline = Date.now() + startTimeoutMs;
  while (engine.run('docker', ['version']).status !== 0) {
    if (daemon.exitCode !== null || Date.now() > deadline) {
      await end(daemon);
      restoreForwarding();
      throw new Error(`the Docker engine did not start:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
    }
    await delay(200);
  }
  return engine;
}

interface DaemonPlaces {
  readonly data: string;
  readonly folder: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly logFile: string;
}

function startDaemon({ data, folder, socket, pidFile, logFile }: DaemonPlaces): ChildProcess {
  const log = openSync(logFile, 'w');
  const args = ['-H', `unix://${socket}`, '--data-root', join(data, 'root'), '--exec-root', join(folder, 'exec')];
  // A group of its own: whoever interrupts the tests leaves time for the containers to be removed.
  return spawn('dockerd', [...args, '-p', pidFile], { stdio: ['ignore', log, log], detached: true });
}

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('dockerd');
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const timer = setTimeout(() => daemon.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function clientOf(socket: string, stop: () => Promise<void>): Engine {
  const environment = { DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' };
  // Debian's own: a newer client on PATH may want a plug-in for BuildKit.
  const programs = { docker: '/usr/bin/docker', 'docker-compose': '/usr/bin/docker-compose' } as const;
  const run: Engine['run'] = (program, args, options = {}) => {
    const { status, error, stdout, stderr } = spawnSync(programs[program], args, {
      cwd: options.cwd,
      env: { ...process.env, ...environment, ...options.env },
      input: options.input,
      timeout: options.timeoutMs,
      encoding: 'utf8',
      maxBuffer: outputBytesMax,
    });
    if (error !== undefined) throw error;
    return { status: status ?? -1, stdout, stderr };
  };
  const demand = (program: 'docker' | 'docker-compose', args: readonly string[], options?: RunOptions): string => {
    const { status, stdout, stderr } = run(program, args, options);
    if (status === 0) return stdout.trim();
    throw new Error(
      `${program} ${args.join(' ')} ended with ${status}:\n${stdout.slice(-4_000)}\n${stderr.slice(-8_000)}`,
    );
  };
  return {
    socket,
    environment,
    docker: (...args) => demand('docker', args),
    compose: (options, ...args) => demand('docker-compose', args, options),
    run,
    stop,
  };
}
