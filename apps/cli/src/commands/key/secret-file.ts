import { open, rm } from 'node:fs/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface SecretFile {
  /** Writes the secret and a line end; the file was made before, so this fails only where the disk does. */
  write(secret: string): Promise<void>;
  /** Takes the empty file away again. */
  remove(): Promise<void>;
}

/**
 * Makes an empty file, mode 0600, for a secret that is shown once: before it is made, so that it cannot be lost to a
 * path that cannot be written.
 * @throws ClusterError CONFIG_INVALID when the file exists, or cannot be made.
 */
export async function createSecretFile(path: string): Promise<SecretFile> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new ClusterError(
      'CONFIG_INVALID',
      exists ? `${path} exists, and is not overwritten` : `${path} cannot be written: ${String(cause)}`,
      { cause, fix: 'name another file with --write-to' },
    );
  }
  return {
    async write(secret) {
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(`${secret}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    remove: () => rm(path, { force: true }),
  };
}
