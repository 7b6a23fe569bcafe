import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimStorage } from './storage-owner.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-ai-storage-owner-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mark = (): string => join(folder, 'installation-id');

it('lets in all that start at once and share a database', async () => {
  await Promise.all(Array.from({ length: 20 }, () => claimStorage(folder, 'ours')));
  expect(await readFile(mark(), 'utf8')).toBe('ours\n');
});

it('refuses another installation', async () => {
  await claimStorage(folder, 'theirs');
  await expect(claimStorage(folder, 'ours')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`${folder} belongs to another installation`),
  });
});

it('waits for one that has made the file and not yet written to it', async () => {
  await writeFile(mark(), '');
  // Settled: what is refused before anybody looks for it would end the run of all tests.
  const claimed = Promise.allSettled([claimStorage(folder, 'ours')]);
  await writeFile(mark(), 'theirs\n');
  expect(await claimed).toMatchObject([{ status: 'rejected', reason: { code: 'CONFLICT' } }]);
});

it('takes over from one that died at it', async () => {
  await writeFile(mark(), '');
  await claimStorage(folder, 'ours');
  expect(await readFile(mark(), 'utf8')).toBe('ours\n');
});
