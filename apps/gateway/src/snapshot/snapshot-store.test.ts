import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import {
  sha256 as digestOf,
  signed,
  snapshotKey,
  snapshotModel,
  snapshotOf,
  snapshotRoute,
} from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SnapshotStore } from './snapshot-store.ts';

let home: string;
let log: MemoryLog;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'snapshot-store-'));
  log = new MemoryLog();
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const iris = snapshotModel('iris', 1);

/** Saves snapshots; those that are `good` served. */
async function save(store: SnapshotStore, version: number, good: boolean): Promise<void> {
  await store.save(signed(snapshotOf(version, [iris], [snapshotRoute('iris', [[iris, 1]])])));
  if (good) await store.markGood();
}

/** What a gateway that starts now would begin with. */
async function loaded(): Promise<{ readonly version: number; readonly good: boolean } | null> {
  const stored = await new SnapshotStore(home, log).load();
  return stored === null ? null : { version: stored.snapshot.version, good: stored.good };
}

function files(): Promise<string[]> {
  return readdir(join(home, 'snapshots'));
}

test('an empty folder has none', async () => {
  expect(await loaded()).toBeNull();
  expect(log.lines).toEqual([]);
});

test('what was saved is read back, readable by its owner alone', async () => {
  const store = new SnapshotStore(home, log);
  await save(store, 1, false);
  expect(await loaded()).toEqual({ version: 1, good: false });
  const [file = ''] = await files();
  expect((await stat(join(home, 'snapshots', file))).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'snapshots'))).mode & 0o777).toBe(0o700);
});

test('the newest that served wins over a newer one that never did', async () => {
  const store = new SnapshotStore(home, log);
  await save(store, 1, true);
  await save(store, 2, true);
  await save(store, 3, false);
  expect(await loaded()).toEqual({ version: 2, good: true });
});

test('three are kept, and the last good one however many failed after it', async () => {
  const store = new SnapshotStore(home, log);
  for (const version of [1, 2, 3, 4]) await save(store, version, true);
  expect(await files()).toHaveLength(3);
  for (const version of [5, 6, 7, 8]) await save(store, version, false);
  expect(await files()).toHaveLength(4);
  expect(await loaded()).toEqual({ version: 4, good: true });
});

test('a damaged file is skipped with a line in the log, for the one before it', async () => {
  const store = new SnapshotStore(home, log);
  await save(store, 1, true);
  await save(store, 2, true);
  const [newest = ''] = (await files()).toSorted().toReversed();
  for (const text of [
    '',
    'no JSON',
    '{"text":"{}","sha256":"00"}',
    JSON.stringify({ ...signed(snapshotOf(9, [], [])), text: '{}' }),
  ]) {
    await writeFile(join(home, 'snapshots', newest), text);
    expect(await loaded()).toEqual({ version: 1, good: true });
  }
  expect(log.messages('error')).toHaveLength(4);
  expect(log.lines[0]?.fields).toMatchObject({ file: newest });
});

test('a half-written file of a crash is not read, and the next save succeeds', async () => {
  const store = new SnapshotStore(home, log);
  await save(store, 1, true);
  await writeFile(join(home, 'snapshots', 'snapshot-0000000002.json.partial'), '{"te');
  expect(await loaded()).toEqual({ version: 1, good: true });
  await save(store, 2, true);
  expect(await loaded()).toEqual({ version: 2, good: true });
  expect((await files()).filter((file) => file.endsWith('.partial'))).toEqual([]);
});

test('a restarted gateway goes on numbering, and marks what it loaded', async () => {
  await save(new SnapshotStore(home, log), 1, false);
  const restarted = new SnapshotStore(home, log);
  await restarted.load();
  await restarted.markGood();
  await restarted.markGood();
  expect(await loaded()).toEqual({ version: 1, good: true });
  await save(restarted, 2, true);
  expect(await loaded()).toEqual({ version: 2, good: true });
});

test('a restored database begins a new epoch with a lower version: the newest saved wins, not the highest', async () => {
  const store = new SnapshotStore(home, log);
  await save(store, 50, true);
  await save(store, 3, true);
  expect(await loaded()).toEqual({ version: 3, good: true });
});

test('a folder that cannot be read is an error, not an empty store', async () => {
  await writeFile(join(home, 'snapshots'), 'a file where the folder should be');
  await expect(new SnapshotStore(home, log).load()).rejects.toThrow(/ENOTDIR/);
});

test('a key that was revoked stays so, although the snapshot that revoked it never served', async () => {
  const store = new SnapshotStore(home, log);
  const routes = [snapshotRoute('iris', [[iris, 1]])];
  await store.save(signed(snapshotOf(1, [iris], routes, [snapshotKey('stays'), snapshotKey('revoked')])));
  await store.markGood();
  const broken = snapshotModel('broken', 1);
  await store.save(signed(snapshotOf(2, [broken], [snapshotRoute('broken', [[broken, 1]])], [snapshotKey('stays')])));
  const stored = await new SnapshotStore(home, log).load();
  expect(stored).toMatchObject({ good: true, snapshot: { version: 1, models: [{ id: iris.id }] } });
  expect(stored?.snapshot.keys).toEqual([snapshotKey('stays')]);
});

test('a snapshot of the form before this one is read: its scopes become actions', async () => {
  const { keys: _keys, tokenIssuers: _issuers, ...rest } = snapshotOf(1, [iris], [snapshotRoute('iris', [[iris, 1]])]);
  const { id, sha256, expiresAtMs } = snapshotKey('old');
  const keys = [{ id, sha256, expiresAtMs, scopes: ['infer', 'admin'] }];
  const text = JSON.stringify({ ...rest, formatVersion: 1, keys });
  await new SnapshotStore(home, log).save({ text, sha256: digestOf(text) });
  const stored = await new SnapshotStore(home, log).load();
  expect(stored?.snapshot).toEqual({
    ...rest,
    formatVersion: 2,
    keys: [snapshotKey('old', { actions: ['infer', 'read', 'operate', 'admin'] })],
    tokenIssuers: [],
  });
});
