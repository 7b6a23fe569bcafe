import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileDigest } from './file-digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([0, 1, 300_000, 5 * 2 ** 20 + 1])('the digest of %i bytes, by the loop or by a thread', async (size) => {
  const path = join(folder, `of-${size}`);
  const bytes = randomBytes(size);
  writeFileSync(path, bytes);
  expect(await fileDigest(path, size)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('a large file that is gone is an error of the file system, and so is one that went while it was looked for', async () => {
  await expect(fileDigest(join(folder, 'none'), 2 ** 30)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fileDigest(join(folder, 'none'), 1)).rejects.toMatchObject({ code: 'ENOENT' });
});
