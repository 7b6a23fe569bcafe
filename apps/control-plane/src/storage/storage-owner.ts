import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { storageNames } from '@cluster-ai/contract/control-plane-files.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { systemCode } from './storage-errors.ts';

/** Another control plane has made the file and not yet written to it; it takes this long at most, or has died at it. */
const writtenWithinMs = 2_000;
const lookEveryMs = 50;

/**
 * Writes down to which installation a shared folder belongs, or compares. Files that no version of the database needs are
 * removed after a while, so two databases on one folder would remove each other's models.
 * @param epoch names the installation's database. @throws ClusterError CONFLICT.
 */
export async function claimStorage(folder: string, epoch: string): Promise<void> {
  const path = join(folder, storageNames.owner);
  try {
    // Only one of those that start at once makes the file.
    await writeFile(path, `${epoch}\n`, { flag: 'wx', mode: 0o640 });
    return;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  const owner = await readOwner(path);
  if (owner === epoch) return;
  if (owner === '') {
    // Who made it died before it wrote.
    await writeFile(path, `${epoch}\n`, { mode: 0o640 });
    return;
  }
  throw new ClusterError(
    'CONFLICT',
    `storage.folder: ${folder} belongs to another installation (${path} says so); each would remove the other's models`,
    { fix: 'set another folder; or, if the database was restored or moved, remove that file and start again' },
  );
}

async function readOwner(path: string): Promise<string> {
  const endMs = performance.now() + writtenWithinMs;
  for (;;) {
    const owner = (await readFile(path, 'utf8')).trim();
    if (owner !== '' || performance.now() >= endMs) return owner;
    await pause(lookEveryMs);
  }
}
