import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { observeShare } from './observe-share.ts';

function node(id: number, functionName: string, url: string, children: readonly number[] = []) {
  return { id, callFrame: { functionName, url }, children };
}

test('the share is the busy time in and below the files; idle time counts for nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'observe-share-'));
  const file = join(folder, 'a.cpuprofile');
  const profile = {
    nodes: [
      node(1, '(root)', '', [2, 3, 6]),
      node(2, '(idle)', ''),
      node(3, 'predict', 'file:///x/pipeline.ts', [4]),
      node(4, 'succeeded', 'file:///x/telemetry/observer.ts', [5]),
      node(5, 'now', ''),
      node(6, 'now', ''),
    ],
    samples: [2, 3, 4, 5, 6, 3],
    timeDeltas: [9_000, 50, 10, 5, 20, 15],
  };
  await writeFile(file, JSON.stringify(profile));
  expect(await observeShare(file, ['telemetry/observer.ts'])).toEqual({ share: 0.15, busySeconds: 0.0001 });
  await rm(folder, { recursive: true, force: true });
});
