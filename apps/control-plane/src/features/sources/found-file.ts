import type { Stats } from 'node:fs';

export interface FoundFile {
  /** Inside the version. */
  readonly path: string;
  /** Where it lies, without links. */
  readonly source: string;
  readonly size: number;
  /** As its owner says; copies may keep it. */
  readonly changedAtMs: number;
  /** As the system says. */
  readonly writtenAtMs: number;
}

export function foundFile(path: string, source: string, { size, mtimeMs, ctimeMs }: Stats): FoundFile {
  return { path, source, size, changedAtMs: mtimeMs, writtenAtMs: ctimeMs };
}
