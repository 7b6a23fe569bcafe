import { ClusterError } from '@cluster-ai/core/errors.ts';
import { shortSocketFolder, shortSocketPath } from '@cluster-ai/platform/files/short-socket-folder.ts';
import { askHolder, takeSocketLock } from '@cluster-ai/platform/files/socket-lock.ts';
import type { SocketLock } from '@cluster-ai/platform/files/socket-lock.ts';
import { chownSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { homePaths } from './home.ts';
import type { SystemUser } from './system-user.ts';

/** PostgreSQL's socket has the longest name of those in the folder. */
export const longestSocketName = '.s.PGSQL.5432';

/** Folder of the sockets of a data folder: the lock, and the database. */
export function socketFolder(home: string): string {
  return shortSocketFolder(homePaths(home).run, longestSocketName);
}

/** Holds the data folder for this process. @throws ClusterError ALREADY_RUNNING with process and address of the holder. */
export async function lockHome(home: string, url: () => string): Promise<SocketLock> {
  const result = await takeSocketLock(join(socketFolder(home), 'lock'), () => `pid ${process.pid}, ${url()}`);
  if (result.held) return result.lock;
  throw alreadyRunning(home, result.holder);
}

/** @param uid the user that would hold it. @throws ClusterError ALREADY_RUNNING when a process holds the data folder. */
export async function assertNotRunning(home: string, uid: number): Promise<void> {
  const folder = shortSocketPath(homePaths(home).run, longestSocketName, uid);
  const holder = await askHolder(join(folder, 'lock'));
  if (holder !== null) throw alreadyRunning(home, holder);
}

/** What the process says that holds the data folder, or null when none does. @param owner null for this user. */
export function homeHolder(home: string, owner: SystemUser | null): Promise<string | null> {
  return askHolder(lockPath(home, owner));
}

/**
 * Holds the data folder for a command, also for root on behalf of its owner.
 * @param what for whoever wants it meanwhile: `a restore`. @throws ClusterError ALREADY_RUNNING.
 */
export async function lockHomeFor(home: string, owner: SystemUser | null, what: string): Promise<SocketLock> {
  const path = lockPath(home, owner);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (owner !== null) chownSync(dirname(path), owner.uid, owner.gid);
  const result = await takeSocketLock(path, () => `pid ${process.pid}, ${what}`);
  if (!result.held) throw alreadyRunning(home, result.holder);
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
  return result.lock;
}

function lockPath(home: string, owner: SystemUser | null): string {
  const uid = owner?.uid ?? process.getuid?.() ?? 0;
  return join(shortSocketPath(homePaths(home).run, longestSocketName, uid), 'lock');
}

export function alreadyRunning(home: string, holder: string): ClusterError {
  return new ClusterError('ALREADY_RUNNING', `already running, ${holder === '' ? 'and it does not answer' : holder}`, {
    fix: `use it, or stop it with Ctrl-C there; another one beside it needs its own --home (this one is ${home}) and ports`,
  });
}
