import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Bytes of a file of labels, a first state or a sample at most. */
export const versionFileBytesMax = 64 * 2 ** 20;

/**
 * A file that the configuration of a version names, from the folder of its checked files.
 * @throws ClusterError MODEL_INVALID for one that is not among them, or too large.
 */
export async function readVersionFile(model: SnapshotModel, folder: string, path: string): Promise<Uint8Array> {
  const file = model.files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new ClusterError('MODEL_INVALID', `its configuration names the file ${JSON.stringify(path)}, which it lacks`);
  }
  if (file.size > versionFileBytesMax) {
    throw new ClusterError(
      'MODEL_INVALID',
      `${path} has ${file.size} bytes, more than the limit of ${versionFileBytesMax}`,
    );
  }
  return readFile(join(folder, file.path));
}
