import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** The kernel allows 107 bytes for the path of a unix socket on Linux and 103 on macOS. */
export const socketPathBytesMax = 100;

/**
 * A folder for unix sockets: `wanted` when a socket called `longestName` fits into the kernel's limit there, otherwise
 * a folder of this user alone under /tmp, whose name follows from `wanted`.
 * @throws ClusterError PREREQUISITE_MISSING when that folder under /tmp belongs to somebody else.
 */
export function shortSocketFolder(wanted: string, longestName: string): string {
  if (Buffer.byteLength(join(wanted, longestName)) <= socketPathBytesMax) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  const uid = process.getuid?.() ?? 0;
  const folder = `/tmp/cluster-ai-${uid}-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new ClusterError('PREREQUISITE_MISSING', `${folder} exists and is not a private folder of this user`, {
      fix: `remove ${folder}, or choose a data folder with a shorter path`,
    });
  }
  return folder;
}
