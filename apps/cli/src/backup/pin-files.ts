import { randomUUID } from 'node:crypto';
import { chown, link, mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { storageNames, storedFilePath } from '@cluster-ai/contract/control-plane-files.ts';
import { giveTo } from './owner.ts';
import type { Owner } from './owner.ts';

export interface PinnedFiles {
  readonly pathOf: (sha256: string) => string;
  /** Those that are not there. */
  readonly missing: readonly string[];
  /** False where no links can be made: then a file that nobody needs any more may go while it is being read. */
  readonly arePinned: boolean;
  release(): Promise<void>;
}

/** A folder that nobody touches for a day is taken for one that was left behind, and removed. */
const touchEveryMs = 600_000;

/** Where the control plane keeps a model file. */
export function storedPath(storage: string, sha256: string): string {
  return join(storage, storedFilePath(sha256));
}

/**
 * Gives every file a second name, in the folder for what is being received: a version may be deleted and its files be
 * removed while the backup goes on, and their bytes stay until it is done. It takes no room.
 */
export async function pinFiles(storage: string, digests: readonly string[], owner: Owner): Promise<PinnedFiles> {
  const folder = join(storage, storageNames.incoming, `backup-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    if (owner !== null) await chown(folder, owner.uid, owner.gid);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return unpinned(storage);
  }
  const missing: string[] = [];
  try {
    for (const sha256 of digests) {
      await link(storedPath(storage, sha256), join(folder, sha256)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
        missing.push(sha256);
      });
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!isRefusal(error)) throw error;
    return unpinned(storage);
  }
  giveTo(owner, folder);
  const timer = setInterval(() => {
    // Whether it works shows when the files are read.
    void utimes(folder, new Date(), new Date()).catch(() => undefined);
  }, touchEveryMs);
  return {
    pathOf: (sha256) => join(folder, sha256),
    missing,
    arePinned: true,
    release: async () => {
      clearInterval(timer);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function unpinned(storage: string): PinnedFiles {
  return {
    pathOf: (sha256) => storedPath(storage, sha256),
    missing: [],
    arePinned: false,
    release: async () => undefined,
  };
}

/** Another user's files, a disk that is read only, or a file system without links. */
function isRefusal(error: unknown): boolean {
  return ['EPERM', 'EACCES', 'EROFS', 'EXDEV', 'ENOTSUP', 'EMLINK', 'ENOTDIR'].includes(String(codeOf(error)));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
