import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const nameForm = /^cluster-ai-\d{8}T\d{6}Z\.backup$/;
/** What a backup is called until it is whole, by the number of its process. */
const partialForm = /^cluster-ai-\d{8}T\d{6}Z\.backup\.\d+\.partial$/;
/** No backup writes nothing for so long. */
const partialIsLeftAfterMs = 86_400_000;

/** `cluster-ai-20260131T120000Z.backup`: names sort by their time. */
export function newBackupName(at: Date): string {
  return `cluster-ai-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.backup`;
}

/**
 * Removes the oldest backups of a folder, by the time in their names, and what killed ones left; files with other names
 * stay. @returns the names.
 */
export function forgetOldBackups(folder: string, keep: number): string[] {
  const present = readdirSync(folder);
  const names = present
    .filter((name) => nameForm.test(name))
    .toSorted()
    .toReversed();
  const leftBeforeMs = Date.now() - partialIsLeftAfterMs;
  const left = present.filter((name) => partialForm.test(name) && statSync(join(folder, name)).mtimeMs < leftBeforeMs);
  const old = [...names.slice(keep), ...left];
  for (const name of old) rmSync(join(folder, name));
  return old;
}
