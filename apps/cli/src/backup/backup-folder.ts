import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const nameForm = /^cluster-ai-\d{8}T\d{6}Z\.backup$/;

/** `cluster-ai-20260131T120000Z.backup`: names sort by their time. */
export function newBackupName(at: Date): string {
  return `cluster-ai-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.backup`;
}

/** Removes the oldest backups of a folder, by the time in their names; files with other names stay. @returns the names. */
export function forgetOldBackups(folder: string, keep: number): string[] {
  const names = readdirSync(folder)
    .filter((name) => nameForm.test(name))
    .toSorted()
    .toReversed();
  const old = names.slice(keep);
  for (const name of old) rmSync(join(folder, name));
  return old;
}
