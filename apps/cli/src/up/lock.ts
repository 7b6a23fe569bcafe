import { ClusterError } from '@cluster-ai/core/errors.ts';
import { shortSocketFolder, shortSocketPath } from '@cluster-ai/platform/files/short-socket-folder.ts';
import { askHolder, takeSocketLock } from '@cluster-ai/platform/files/socket-lock.ts';
import type { SocketLock } from '@cluster-ai/platform/files/socket-lock.ts';
import { join } from 'node:path';
import { homePaths } from './home.ts';

/** PostgreSQL's socket has the longest name of those in the folder. */
const longestSocketName = '.s.PGSQL.5432';

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

function alreadyRunning(home: string, holder: string): ClusterError {
  return new ClusterError('ALREADY_RUNNING', `already running, ${holder === '' ? 'and it does not answer' : holder}`, {
    fix: `use it, or stop it with Ctrl-C there; another one beside it needs its own --home (this one is ${home}) and ports`,
  });
}
