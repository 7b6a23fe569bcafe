import { chownSync, cpSync, lchownSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { embeddedPostgresBinaries, postgresBinariesIn } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import type { PostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import type { ServerUser } from '@cluster-ai/platform/postgres/embedded-server.ts';
import { findSystemUser, mayUse } from '../up/system-user.ts';
import type { SystemUser } from '../up/system-user.ts';

/** Whom a data folder belongs to when root works on it; null when this process is that user. */
export type Owner = SystemUser | null;

/** The owner of what is at `path`. @throws ClusterError PREREQUISITE_MISSING for one that has no name, or root. */
export function ownerOf(path: string): Owner {
  if (process.getuid?.() !== 0) return null;
  return userNumber(statSync(path).uid, path);
}

/** Somebody who may run a PostgreSQL that is thrown away afterwards. */
export function scratchOwner(name: string): Owner {
  if (process.getuid?.() !== 0) return null;
  const user = findSystemUser(name) ?? findSystemUser('nobody');
  if (user !== null) return user;
  throw new ClusterError('PREREQUISITE_MISSING', `there is no user ${name}, and PostgreSQL refuses root`, {
    fix: 'name an ordinary user with --user',
  });
}

function userNumber(uid: number, path: string): Owner {
  const user = uid === 0 ? null : findSystemUser(String(uid));
  if (user !== null) return user;
  throw new ClusterError('PREREQUISITE_MISSING', `${path} belongs to user number ${uid}, who cannot run PostgreSQL`, {
    fix: 'hand it over to the user that Cluster AI runs as: chown -R cluster-ai <folder>',
  });
}

export function serverUser(owner: Owner): ServerUser | undefined {
  return owner === null ? undefined : { uid: owner.uid, gid: owner.gid };
}

/** Makes a file or folder, and what is in it, the owner's. */
export function giveTo(owner: Owner, path: string): void {
  if (owner === null) return;
  const status = lstatSync(path);
  if (status.uid !== owner.uid || status.gid !== owner.gid) lchownSync(path, owner.uid, owner.gid);
  if (!status.isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(owner, join(path, name));
}

export interface UsableBinaries {
  readonly binaries: PostgresBinaries;
  readonly remove: () => void;
}

/** The embedded PostgreSQL where the owner can run it: where it is, or in a copy for the time of the work. */
export function binariesFor(owner: Owner): UsableBinaries {
  const binaries = embeddedPostgresBinaries();
  if (owner === null || mayUse(owner, { programs: [binaries.postgres] })) return { binaries, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-postgres-'));
  chownSync(folder, owner.uid, owner.gid);
  cpSync(dirname(dirname(binaries.postgres)), join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return {
    binaries: postgresBinariesIn(join(folder, 'native/bin')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
