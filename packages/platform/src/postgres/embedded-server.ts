import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { PostgresBinaries } from './embedded-binaries.ts';

/** The system user that a server runs as; PostgreSQL refuses root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface InitOptions {
  readonly binaries: PostgresBinaries;
  /** An empty folder that belongs to `user`. */
  readonly dataFolder: string;
  readonly superuser: string;
  readonly password: string;
  readonly user: ServerUser | undefined;
}

export interface ServerOptions {
  readonly binaries: PostgresBinaries;
  readonly dataFolder: string;
  /** Folder of the unix socket, at most about 90 characters; the server listens nowhere else. */
  readonly socketFolder: string;
  readonly user: ServerUser | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  /** Receives the server's own log lines. */
  readonly onLog: (text: string) => void;
}

export interface RunningServer {
  readonly pid: number;
  /** Resolves when the server process has ended, for whatever cause. */
  readonly exited: Promise<void>;
  /** Fast shutdown: sessions are ended, what was committed is written. SIGKILL after the limit. */
  stop(limitMs: number): Promise<void>;
}

/**
 * Creates the data folder of a server: UTF-8, C collation (the same order on every machine), checksums, passwords by
 * SCRAM on every connection. @throws ClusterError PREREQUISITE_MISSING with what initdb said.
 */
export async function initDataFolder(options: InitOptions): Promise<void> {
  const passwordFile = `${options.dataFolder}.password`;
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600 });
    if (options.user !== undefined) await chown(passwordFile, options.user.uid, options.user.gid);
    const child = spawn(
      options.binaries.initdb,
      [
        '-D',
        options.dataFolder,
        '-U',
        options.superuser,
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--encoding',
        'UTF8',
        '--locale',
        'C',
        '--data-checksums',
      ],
      { ...options.user, cwd: '/', env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output = collect(child);
    const [code] = await once(child, 'close');
    if (code !== 0) {
      throw new ClusterError('PREREQUISITE_MISSING', `initdb failed with code ${String(code)}: ${output().trim()}`);
    }
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Starts a server and waits until it accepts connections. @throws ClusterError PREREQUISITE_MISSING with the end of its log. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: options.socketFolder,
    ...options.settings,
  };
  const child = spawn(
    options.binaries.postgres,
    ['-D', options.dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...options.user, cwd: '/', env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = collect(child, options.onLog);
  const exited = once(child, 'close').then(() => undefined);
  await untilReady(child, options, output);
  // A child that is ready has been spawned, so it has a number.
  const pid = child.pid ?? 0;
  return { pid, exited, stop: (limitMs) => stopServer(child, exited, limitMs) };
}

async function untilReady(child: ChildProcess, options: ServerOptions, output: () => string): Promise<void> {
  const endMs = performance.now() + options.startTimeoutMs;
  // A program that cannot be spawned has an exit code at once, and says why here.
  const failures: Error[] = [];
  child.once('error', (error) => failures.push(error));
  while (child.exitCode === null && child.signalCode === null) {
    if (await reportsReady(options.dataFolder, child.pid)) return;
    if (performance.now() > endMs) {
      child.kill('SIGKILL');
      throw new ClusterError(
        'PREREQUISITE_MISSING',
        `PostgreSQL was not ready after ${options.startTimeoutMs} ms: ${output().trim()}`,
      );
    }
    await delay(20);
  }
  throw new ClusterError('PREREQUISITE_MISSING', `PostgreSQL did not start: ${output().trim()}`, {
    cause: failures[0],
  });
}

/** The eighth line of `postmaster.pid` is the state of the server that wrote the file; the first is its process. */
async function reportsReady(dataFolder: string, pid: number | undefined): Promise<boolean> {
  const text = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

async function stopServer(child: ChildProcess, exited: Promise<void>, limitMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await exited;
  clearTimeout(timer);
}

/** The server needs nothing of the caller's environment, which may hold secrets and PG… settings. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

const outputCharactersMax = 4_000;

function collect(child: ChildProcess, onText: (text: string) => void = () => undefined): () => string {
  let output = '';
  const add = (chunk: Buffer): void => {
    const text = chunk.toString();
    output = (output + text).slice(-outputCharactersMax);
    onText(text);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => output;
}
