import { statSync } from 'node:fs';
import type { ArchiveOptions } from '../../backup/read-archive.ts';
import { startProgress } from '../../output/progress.ts';

interface Watching {
  readonly label: string;
  /** Called with each piece; what it throws ends the reading. */
  readonly check: () => void;
}

/** A backup that is read with a bar on the terminal, which `end` takes off. */
export function archiveOptions(
  path: string,
  passphrase: ArchiveOptions['passphrase'],
  { label, check }: Watching,
): ArchiveOptions & { end(): void } {
  let bar: ReturnType<typeof startProgress> | null = null;
  return {
    path,
    passphrase,
    onProgress: (bytes) => {
      check();
      bar ??= startProgress(label, statSync(path).size);
      bar.update(bytes);
    },
    end: () => {
      bar?.end();
      bar = null;
    },
  };
}
