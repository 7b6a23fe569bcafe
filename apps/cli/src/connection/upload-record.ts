import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';

/** Remembers the number of an unfinished upload, so that the same push continues it after an interruption. */
export interface UploadRecord {
  read(): string | null;
  write(id: string): Promise<void>;
  remove(): void;
}

/** @param what everything that makes an upload the same: server, model and files. */
export function uploadRecord(env: Readonly<Record<string, string | undefined>>, what: unknown): UploadRecord {
  const state = env['XDG_STATE_HOME'];
  const folder = join(
    state !== undefined && state !== '' ? state : join(homedir(), '.local/state'),
    'cluster-ai/uploads',
  );
  const path = join(folder, createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32));
  return {
    read() {
      try {
        return readFileSync(path, 'utf8').trim();
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(id) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await writeFileAtomic(path, id);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
