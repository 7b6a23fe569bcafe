import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pinFiles, storedPath } from './pin-files.ts';
import { FilePlacer } from './place-file.ts';

const root = mkdtempSync(join(tmpdir(), 'pin-files-'));
afterAll(() => rmSync(root, { recursive: true }));

function store(storage: string, text: string): string {
  const sha256 = createHash('sha256').update(text).digest('hex');
  mkdirSync(dirname(storedPath(storage, sha256)), { recursive: true });
  writeFileSync(storedPath(storage, sha256), text);
  return sha256;
}

test('a file that is cleared away while it is pinned can still be read, and goes with the pin', async () => {
  const storage = join(root, 'pinned');
  const [kept, cleared] = [store(storage, 'kept'), store(storage, 'cleared away')];
  const pinned = await pinFiles(storage, [kept, cleared, 'f'.repeat(64)], null);
  expect(pinned.missing).toEqual(['f'.repeat(64)]);
  expect(pinned.arePinned).toBe(true);
  rmSync(storedPath(storage, cleared));
  expect(readFileSync(pinned.pathOf(cleared), 'utf8')).toBe('cleared away');
  await pinned.release();
  expect(readdirSync(join(storage, 'incoming'))).toEqual([]);
  expect(readFileSync(storedPath(storage, kept), 'utf8')).toBe('kept');
});

test('where no second names can be made the files are read by their own', async () => {
  const storage = join(root, 'unpinned');
  const sha256 = store(storage, 'read only');
  // Something that is no folder stands where they would go.
  writeFileSync(join(storage, 'incoming'), '');
  const pinned = await pinFiles(storage, [sha256], null);
  expect(pinned.arePinned).toBe(false);
  expect(readFileSync(pinned.pathOf(sha256), 'utf8')).toBe('read only');
  await pinned.release();
});

test('a restored file takes its place when its bytes are those of its name, and not otherwise', async () => {
  const storage = join(root, 'placed');
  const sha256 = createHash('sha256').update('whole').digest('hex');
  const placer = await FilePlacer.open(storage, null);
  const bytes = async function* (text: string) {
    yield Buffer.from(text);
  };
  expect(await placer.place(sha256, bytes('another'))).toBe(false);
  expect(await placer.holds(sha256)).toBe(false);
  expect(await placer.place(sha256, bytes('whole'))).toBe(true);
  expect(await placer.holds(sha256)).toBe(true);
  chmodSync(storedPath(storage, sha256), 0o640);
  writeFileSync(storedPath(storage, sha256), 'rotten');
  expect(await placer.holds(sha256)).toBe(false);
  await placer.finish();
  expect(readdirSync(join(storage, 'incoming'))).toEqual([]);
});
