import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';

/** Creates a token file, mode 0600, unless it exists: the prefix and 32 random bytes in base64url. */
export async function ensureToken(path: string, prefix: string): Promise<void> {
  if (existsSync(path)) return;
  await writeFileAtomic(path, `${prefix}${randomBytes(32).toString('base64url')}\n`);
}
