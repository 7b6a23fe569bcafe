import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderSize {
  readonly files: number;
  readonly bytes: number;
}

/** Counts what is in a folder, and in all folders below it. */
export function sizeOf(folder: string): FolderSize {
  let files = 0;
  let bytes = 0;
  for (const path of filesIn(folder)) {
    try {
      bytes += statSync(path).size;
      files += 1;
    } catch {
      // Removed since it was listed.
    }
  }
  return { files, bytes };
}

/** @returns every file below a folder; none when there is no such folder. */
export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // A folder that goes away while it is read.
    return [];
  }
}
