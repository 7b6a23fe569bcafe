import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Snapshot } from '@cluster-ai/contract/snapshot.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import {
  sha256,
  signed,
  snapshotKey,
  snapshotModel,
  snapshotOf,
  snapshotRoute,
} from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test, vi } from 'vitest';
import { KeyRing } from '../auth/key-ring.ts';
import { PredictTokens } from '../auth/predict-tokens.ts';
import { KeyUses } from '../limits/key-uses.ts';
import { SnapshotFollower } from './snapshot-follower.ts';
import type { StoredSnapshot } from './snapshot-store.ts';

const iris = snapshotModel('iris', 1);
const key = snapshotKey('secret');
const snapshot = snapshotOf(4, [iris], [snapshotRoute('iris', [[iris, 1]])], [key]);

function setUp(stored: StoredSnapshot | null = null) {
  const store = {
    save: vi.fn<() => Promise<void>>(async () => undefined),
    markGood: vi.fn<() => Promise<void>>(async () => undefined),
    load: vi.fn<() => Promise<StoredSnapshot | null>>(async () => stored),
  };
  const deployment = { apply: vi.fn<(snapshot: Snapshot) => void>(), good: false };
  const keys = new KeyRing(new KeyUses(new FakeClock()));
  const log = new MemoryLog();
  return {
    store,
    deployment,
    keys,
    log,
    follower: new SnapshotFollower({ store, keys, tokens: new PredictTokens(), deployment, log }),
  };
}

test('a snapshot is stored first, then its keys and models are applied', async () => {
  const { follower, store, deployment, keys } = setUp();
  store.save.mockImplementation(async () => {
    expect(deployment.apply).not.toHaveBeenCalled();
  });
  await follower.receive(signed(snapshot));
  expect(deployment.apply).toHaveBeenCalledWith(snapshot);
  expect(keys.find('secret', 0)).toMatchObject({ id: key.id });
  expect(follower.applied).toEqual({ epoch: 'epoch-1', version: 4, good: false });
});

test.each([
  ['with another checksum', { ...signed(snapshot), sha256: sha256('other') }, 'CHECKSUM_MISMATCH'],
  ['of a later form', signed({ ...snapshot, formatVersion: 99 }), 'UNSUPPORTED'],
  ['that is none', { text: '{"formatVersion":1}', sha256: sha256('{"formatVersion":1}') }, 'INTERNAL'],
])('a snapshot %s is refused whole; the present one goes on', async (_what, broken, code) => {
  const { follower, store, deployment } = setUp();
  await follower.receive(signed(snapshot));
  await expect(follower.receive(broken)).rejects.toMatchObject({ code });
  expect(follower.applied?.version).toBe(4);
  expect(store.save).toHaveBeenCalledTimes(1);
  expect(deployment.apply).toHaveBeenCalledTimes(1);
});

test('fields that this program does not know are ignored', async () => {
  const { follower, deployment } = setUp();
  const text = JSON.stringify({ ...snapshot, experiments: [{ name: 'later' }] });
  await follower.receive({ text, sha256: sha256(text) });
  expect(deployment.apply).toHaveBeenCalledWith(snapshot);
});

test('a start from disk applies what was stored, and nothing when there was nothing', async () => {
  const some = setUp({ snapshot, good: true });
  await some.follower.startFromDisk();
  expect(some.follower.applied?.version).toBe(4);
  const none = setUp();
  await none.follower.startFromDisk();
  expect(none.follower.applied).toBeNull();
});

test('a snapshot is marked good once, when all of it serves', async () => {
  const { follower, store, deployment } = setUp();
  await follower.receive(signed(snapshot));
  await follower.deploymentChanged();
  expect(store.markGood).not.toHaveBeenCalled();
  deployment.good = true;
  await follower.deploymentChanged();
  await follower.deploymentChanged();
  expect(store.markGood).toHaveBeenCalledTimes(1);
  expect(follower.applied?.good).toBe(true);
});

test('a snapshot that cannot be stored is applied, with the keys that it revokes, and stored once there is room', async () => {
  vi.useFakeTimers();
  try {
    const { follower, store, deployment, keys, log } = setUp();
    deployment.good = true;
    store.save.mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    store.save.mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    await follower.receive(signed({ ...snapshot, keys: [] }));
    expect(keys.find('secret', 0)).toBe('unknown');
    await follower.deploymentChanged();
    // What is on the disk is another snapshot.
    expect(store.markGood).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.save).toHaveBeenCalledTimes(3);
    expect(store.markGood).toHaveBeenCalledTimes(1);
    expect([log.messages('error').length, log.messages('info').includes('the present snapshot is stored')]).toEqual([
      1,
      true,
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('a newer snapshot takes the place of one that waits to be stored', async () => {
  vi.useFakeTimers();
  try {
    const { follower, store } = setUp();
    store.save.mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    await follower.receive(signed(snapshot));
    await follower.receive(signed({ ...snapshot, version: 5 }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(store.save).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test('a disk that refuses the mark is logged, and serving goes on', async () => {
  const { follower, store, deployment, log } = setUp();
  store.markGood.mockRejectedValue(new ClusterError('STORAGE_FULL', 'no room'));
  await follower.receive(signed(snapshot));
  deployment.good = true;
  await follower.deploymentChanged();
  expect(log.messages('error')).toHaveLength(1);
});
