import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RecordStore } from './release-record.ts';

/** A record in a file, which is only ever added to. */
export function fileRecord(path: string): RecordStore {
  return {
    where: path,
    read: () => textOf(path),
    append: async (present, line) => {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a', 0o644);
      try {
        if ((await file.stat()).size !== Buffer.byteLength(present)) {
          throw new Error(`${path} was written by somebody else meanwhile`);
        }
        await file.write(line);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
