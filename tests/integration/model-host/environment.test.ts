import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { childrenOf } from '../../drills/processes.ts';
import { startHost } from './host-fixture.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a runner has none of its gateway’s variables but those that it needs', async () => {
  vi.stubEnv('REDIS_URL', 'redis://:a-password@localhost');
  vi.stubEnv('CLUSTER_AI_GATEWAY_CONTROL_TOKEN', 'a-token');
  const host = await startHost();
  try {
    await host.load('classifier@1', smallClassifierModel());
    const runners = childrenOf(process.pid).filter(({ command }) => command.includes('apps/runner/'));
    expect(runners.length).toBeGreaterThan(0);
    for (const { pid } of runners) {
      const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line !== '');
      const names = variables
        .map((line) => line.slice(0, line.indexOf('=')))
        .filter((name) => name !== 'NODE_COMPILE_CACHE');
      expect(names.toSorted()).toEqual([
        'MALLOC_ARENA_MAX',
        'MALLOC_MMAP_THRESHOLD_',
        'MALLOC_TRIM_THRESHOLD_',
        'ORT_DISABLE_TELEMETRY',
      ]);
    }
  } finally {
    await host.close();
  }
});
