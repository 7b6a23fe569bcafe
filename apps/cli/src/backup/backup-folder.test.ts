import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgetOldBackups, newBackupName } from './backup-folder.ts';
import { readPassphrase } from './passphrase.ts';

test('the newest backups of a folder are kept, and what has another name is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backups-'));
  const names = [1, 2, 3, 10, 12].map((month) => newBackupName(new Date(Date.UTC(2026, month - 1, 5, 12, 30, 1, 250))));
  expect(names[0]).toBe('cluster-ai-20260105T123001Z.backup');
  const others = ['before-the-upgrade.backup', 'cluster-ai-20260105T123001Z.backup.123.partial'];
  for (const name of [...names, ...others]) writeFileSync(join(folder, name), '');
  expect(forgetOldBackups(folder, 2)).toEqual(names.slice(0, 3).toReversed());
  expect(readdirSync(folder).toSorted()).toEqual([...names.slice(3), ...others].toSorted());
  expect(forgetOldBackups(folder, 2)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('what a killed backup left goes after a day, and one that is being written stays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backups-'));
  const writing = 'cluster-ai-20260106T123001Z.backup.124.partial';
  const left = 'cluster-ai-20260105T123001Z.backup.123.partial';
  const foreign = 'before-the-upgrade.backup.125.partial';
  for (const name of [writing, left, foreign]) writeFileSync(join(folder, name), '');
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
  for (const name of [left, foreign]) utimesSync(join(folder, name), twoDaysAgo, twoDaysAgo);
  expect(forgetOldBackups(folder, 2)).toEqual([left]);
  expect(readdirSync(folder).toSorted()).toEqual([foreign, writing]);
  rmSync(folder, { recursive: true });
});

test('the key comes from a file before the environment, without its line end, and must be long enough', () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-'));
  const path = join(folder, 'backup.key');
  writeFileSync(path, 'long enough for a key \n');
  const env = { CLUSTER_AI_BACKUP_KEY: 'from the environment' };
  expect(readPassphrase(undefined, {})).toBeNull();
  expect(readPassphrase(undefined, { CLUSTER_AI_BACKUP_KEY: '' })).toBeNull();
  expect(readPassphrase(path, env)).toBe('long enough for a key ');
  expect(readPassphrase(undefined, { ...env, CLUSTER_AI_BACKUP_KEY_FILE: path })).toBe('long enough for a key ');
  expect(readPassphrase(undefined, env)).toBe('from the environment');
  expect(() => readPassphrase(undefined, { CLUSTER_AI_BACKUP_KEY: 'short' })).toThrow(
    'the key of CLUSTER_AI_BACKUP_KEY has 5 characters',
  );
  expect(() => readPassphrase(join(folder, 'none'), {})).toThrow(`the key file ${join(folder, 'none')} cannot be read`);
  rmSync(folder, { recursive: true });
});
