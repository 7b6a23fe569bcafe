import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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

test('a large file that was read before, and then changed, has the digest of what is there now', async () => {
  const path = join(folder, 'changed');
  for (const [fill, secondsAgo] of [
    [1, 60],
    [2, 30],
  ] as const) {
    const bytes = Buffer.alloc(5 * 2 ** 20, fill);
    writeFileSync(path, bytes);
    const writtenAt = Date.now() / 1_000 - secondsAgo;
    utimesSync(path, writtenAt, writtenAt);
    const digest = createHash('sha256').update(bytes).digest('hex');
    for (const _ of [1, 2]) expect(await fileDigest(path, bytes.byteLength)).toBe(digest);
  }
});
