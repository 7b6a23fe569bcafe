import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './storage-errors.ts';

/** Which control plane this data folder belongs to: the same after a restart. */
export async function readInstanceId(home: string): Promise<string> {
  await mkdir(home, { recursive: true, mode: 0o750 });
  const path = join(home, 'control-plane-id');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const id = randomUUID();
    await writeFile(path, `${id}\n`, { mode: 0o640 });
    return id;
  }
}
