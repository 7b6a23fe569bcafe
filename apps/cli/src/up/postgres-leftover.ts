import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { identifyProcess, isRunning } from '@cluster-ai/platform/process/process-identity.ts';
import type { ProcessIdentity } from '@cluster-ai/platform/process/process-identity.ts';
import { sendSignal } from './send-signal.ts';

/** The server that a data folder names as its own. */
export interface Postmaster {
  readonly identity: ProcessIdentity;
  /** Seconds since 1970 at which it started. */
  readonly startedAtSeconds: number;
  readonly isReady: boolean;
}

/** Reads `postmaster.pid`: process, data folder, start time, port, socket folder, address, memory key, state. */
export function readPostmaster(dataFolder: string): Postmaster | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const identity = identifyProcess(Number(lines[0]));
  if (identity === null || !isServerOf(identity.pid, dataFolder)) return null;
  return { identity, startedAtSeconds: Number(lines[2]), isReady: lines[7]?.trim() === 'ready' };
}

/** The number may belong to another program by now. A server works inside its data folder. */
function isServerOf(pid: number, dataFolder: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataFolder);
    return basename(execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim()) === 'postgres';
  } catch {
    // It ended, or belongs to another user and so cannot be ours.
    return false;
  }
}

const fastLimitMs = 15_000;
const immediateLimitMs = 5_000;

/**
 * Stops a server that still runs on the data folder: it outlived a supervisor that was killed. Fast shutdown first,
 * then immediate (what was committed is recovered at the next start).
 * @returns true when there was one. @throws ClusterError ALREADY_RUNNING when it cannot be stopped.
 */
export async function stopLeftover(dataFolder: string): Promise<boolean> {
  const postmaster = readPostmaster(dataFolder);
  if (postmaster === null) return false;
  const { identity } = postmaster;
  for (const [signal, limitMs] of [
    ['SIGINT', fastLimitMs],
    ['SIGQUIT', immediateLimitMs],
    ['SIGKILL', immediateLimitMs],
  ] as const) {
    if (isRunning(identity)) sendSignal(identity.pid, signal);
    const endMs = performance.now() + limitMs;
    while (isRunning(identity) && performance.now() < endMs) await sleep(20);
    if (!isRunning(identity)) return true;
  }
  throw new ClusterError(
    'ALREADY_RUNNING',
    `a PostgreSQL server (pid ${identity.pid}) holds ${dataFolder} and does not end`,
  );
}
