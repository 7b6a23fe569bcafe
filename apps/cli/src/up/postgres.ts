import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { pollUntil } from './poll.ts';
import { postgresGuard } from './postgres-guard.ts';
import { readPostmaster, stopLeftover } from './postgres-leftover.ts';
import type { Program } from './supervise.ts';

export interface PostgresOptions {
  readonly binaries: PostgresBinaries;
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly startTimeoutMs: number;
  readonly onOutput: (chunk: Buffer) => void;
}

const connectionsMax = 60;
/** Fast shutdown writes what is in memory; a big one takes seconds. */
export const postgresStopTimeoutMs = 30_000;
const readyIntervalMs = 10;
/** A server that was killed leaves processes that hold its shared memory for a moment, and the next one refuses to start. */
const sharedMemoryWaitMs = 200;
const refusalWithinMs = 2_000;
const attemptsMax = 25;

/** The embedded server as a program to keep running: on a unix socket alone, never on a port. */
export function postgresProgram(options: PostgresOptions): Program {
  const { dataFolder } = options;
  let startedAfterSeconds = 0;

  async function start(): Promise<Child> {
    await stopLeftover(dataFolder);
    startedAfterSeconds = Math.floor(Date.now() / 1_000);
    for (let attempt = 1; ; attempt += 1) {
      const child = await startChild({
        command: '/bin/sh',
        args: ['-c', postgresGuard, 'postgres-guard'],
        env: guardEnvironment(options),
        cwd: '/',
        onOutput: options.onOutput,
      });
      if (attempt === attemptsMax || !(await isRefused(child))) return child;
      await sleep(sharedMemoryWaitMs);
    }
  }

  /** Waits until the server is on its way, or has ended because of what an earlier one left. */
  async function isRefused(child: Child): Promise<boolean> {
    const endMs = performance.now() + refusalWithinMs;
    while (!child.hasExited() && !isReady() && performance.now() < endMs) await sleep(readyIntervalMs);
    return (
      child.hasExited() && /shared memory block|lock file "postmaster.pid" already exists/.test(child.lastOutput())
    );
  }

  function isReady(): boolean {
    const postmaster = readPostmaster(dataFolder);
    return postmaster !== null && postmaster.isReady && postmaster.startedAtSeconds >= startedAfterSeconds;
  }

  return {
    name: 'postgres',
    start,
    untilReady: (child, signal) =>
      pollUntil(async () => (isReady() ? null : 'it is starting, or recovering'), {
        what: 'PostgreSQL to accept connections',
        timeoutMs: options.startTimeoutMs,
        intervalMs: readyIntervalMs,
        signal,
        hopeless: () => (child.hasExited() ? `PostgreSQL ended: ${child.lastOutput().trim()}` : null),
      }),
    stopTimeoutMs: postgresStopTimeoutMs,
  };
}

/** Nothing of the caller's environment: it may hold secrets and PG… settings. */
function guardEnvironment(options: PostgresOptions): Record<string, string> {
  const settings = [
    'listen_addresses=',
    'unix_socket_permissions=0700',
    `max_connections=${connectionsMax}`,
    'log_destination=stderr',
    'logging_collector=off',
  ];
  return {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    SERVER: options.binaries.postgres,
    DATA: options.dataFolder,
    SOCKETS: options.socketFolder,
    SETTINGS: settings.join('\n'),
  };
}
