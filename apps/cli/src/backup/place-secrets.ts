import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storageNames } from '@cluster-ai/contract/control-plane-files.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import { giveTo } from './owner.ts';
import type { Owner } from './owner.ts';
import type { Restored } from './restore-archive.ts';
import type { DataPlaces } from './source.ts';

/**
 * Writes tokens, key and id, and whose the folder of model files is now. What stands there with another content is copied
 * into `aside`, which may be on another disk; once more does what is left to do.
 */
export async function placeSecrets(
  restored: Pick<Restored, 'secrets' | 'epoch'>,
  places: DataPlaces,
  aside: string,
  owner: Owner,
): Promise<void> {
  const files: { name: string; path: string; text: string; mode: number }[] = [];
  for (const [name, text] of restored.secrets) files.push({ name, path: places.secrets[name], text, mode: 0o600 });
  const owned = join(places.storage, storageNames.owner);
  if (places.storageIsShared || existsSync(owned)) {
    files.push({ name: storageNames.owner, path: owned, text: `${restored.epoch}\n`, mode: 0o640 });
  }
  for (const { name, path, text, mode } of files) {
    if (existsSync(path)) {
      if (readFileSync(path, 'utf8') === text) continue;
      mkdirSync(aside, { recursive: true, mode: 0o700 });
      copyFileSync(path, join(aside, name));
      giveTo(owner, aside);
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    await writeFileAtomic(path, text, mode);
    giveTo(owner, path);
  }
}
