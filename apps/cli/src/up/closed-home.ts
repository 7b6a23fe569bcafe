import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { SystemUser } from './system-user.ts';

/** Where the data of such folders is kept: a place that everybody may pass through, as /var/lib is. */
const openFolder = '/var/lib/cluster-ai-data';

/**
 * Root may name a data folder that the system user cannot reach, because a folder above it is closed (`mktemp -d` makes
 * such ones). Opening somebody's folder is not for a program to do, so the data goes elsewhere and a link takes its place.
 * @param home an empty folder.
 * @returns the folder that holds the data.
 * @throws ClusterError PREREQUISITE_MISSING when the folder is not empty.
 */
export function linkClosedHome(home: string, user: SystemUser, folder = openFolder): string {
  if (readdirSync(home).length > 0) {
    throw new ClusterError(
      'PREREQUISITE_MISSING',
      `the user ${user.name} cannot enter ${home}: a folder above it is closed to others`,
      { fix: 'choose another data folder with --home, or open the way to it (chmod o+x on the folders above)' },
    );
  }
  // The path is only hashed, so the name is safe, and the same for the same folder.
  const data = join(folder, createHash('sha256').update(home).digest('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, user.uid, user.gid);
  rmdirSync(home);
  symlinkSync(data, home);
  return data;
}
