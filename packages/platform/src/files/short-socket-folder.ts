import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** The kernel allows 107 bytes for the path of a unix socket on Linux and 103 on macOS. */
export const socketPathBytesMax = 100;

/**
 * Where sockets belong: in `wanted` when one called `longestName` fits into the kernel's limit there, otherwise in a
 * folder of the user alone under /tmp, whose name follows from `wanted`.
 */
export function shortSocketPath(wanted: string, longestName: string, uid: number): string {
  if (Buffer.byteLength(join(wanted, longestName)) <= socketPathBytesMax) return wanted;
  return join('/tmp', `cluster-ai-${uid}-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`);
}

/**
 * Makes the folder of `shortSocketPath` for this user.
 * @throws ClusterError PREREQUISITE_MISSING when that folder belongs to somebody else.
 */
export function shortSocketFolder(wanted: string, longestName: string): string {
  const uid = process.getuid?.() ?? 0;
  const folder = shortSocketPath(wanted, longestName, uid);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new ClusterError('PREREQUISITE_MISSING', `${folder} exists and is not a private folder of this user`, {
      fix: `remove ${folder}, or choose another data folder`,
    });
  }
  return folder;
}
