import { getModelBatching } from '@cluster-ai/contract/api/models.ts';
import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const busy: GatewayBatching = {
  gateway: 'gateway-1',
  reportedAt: '2026-01-01T10:00:00.000Z',
  connected: true,
  model: 'iris',
  version: 2,
  waiting: 3,
  rules: {
    rowsMax: 8,
    preferredRows: [4, 8],
    delayMs: 0.5,
    keepsOrder: true,
    levels: 2,
    origins: { rows: 'setting', delay: 'automatic', rest: 'configuration' },
  },
  apartReason: null,
  batches: 200,
  requests: 1_200,
  rows: 1_250,
  closed: { full: 150, preferred: 0, delay: 1, idle: 49, deadline: 0, shape: 0, priority: 0, alone: 0 },
  sizes: [
    { rowsMax: 1, batches: 49 },
    { rowsMax: 8, batches: 151 },
  ],
  queue: { count: 1_200, meanMs: 4.5678, p50Ms: 4, p99Ms: 12 },
  compute: { count: 200, meanMs: 1.5, p50Ms: 1.5, p99Ms: 2 },
  refused: { queueFull: 1, queueTimeout: 0 },
  takenApart: 0,
  automatic: {
    objectiveMs: 5,
    standing: 'held',
    p99Ms: 4.25,
    choice: { rowsMax: 8, delayMs: 0.5, instances: 1 },
    decisions: [
      {
        what: 'rows',
        chosen: '8 rows',
        because: 'more would take longer than 5 ms',
        atMs: Date.parse('2026-01-01T09:30:00Z'),
      },
    ],
  },
  advice: [{ kind: 'full', finding: 'they were full', change: 'raise it', configuration: 'max_batch_size: 16' }],
};

const quiet: GatewayBatching = {
  ...busy,
  gateway: 'gateway-2',
  connected: false,
  version: 1,
  rules: {
    ...busy.rules,
    rowsMax: 0,
    preferredRows: [],
    origins: { rows: 'gateway', delay: 'gateway', rest: 'gateway' },
  },
  apartReason: 'outputs of merged runs differ',
  batches: 0,
  requests: 0,
  rows: 0,
  sizes: [],
  queue: { count: 0, meanMs: null, p50Ms: null, p99Ms: null },
  automatic: undefined,
};

let plane: FakeControlPlane;
beforeAll(async () => {
  plane = await startFakeControlPlane([
    answering(getModelBatching, ({ params }) => ({ versions: params.name === 'iris' ? [busy, quiet] : [] })),
  ]);
});
afterAll(() => plane.close());

const explain = (...words: string[]) => captureCli('model', 'explain', ...words, '--server', plane.url);
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'));

test('what is known of a version: rules and who says them, times, why batches closed, what to change', async () => {
  expect(lines((await explain('iris', '--gateway', 'gateway-1')).stdout)).toEqual([
    'version|iris v2 on gateway-1',
    'merged|up to 8 rows, outputs equal to single runs',
    'rules|goes at 4, 8 rows, waits 0.5 ms at most for others, answers in order, 2 priority levels',
    'said by|rows: a setting of the version; delay: the latency objective; the rest: its configuration file',
    'automatic|rows, delay and copies for a p99 of 5 ms: held, now 4.25 ms',
    'batches|200 of 1200 requests, 6.25 rows in one on average; 3 wait now',
    'refused|1 for a full queue, 0 after too long a wait',
    'taken apart|0 batches that failed as a whole',
    '',
    'TIME|COUNT|MEAN|P50|P99',
    'in the queue, each request|1200|4.57 ms|4 ms|12 ms',
    'in the runtime, each batch|200|1.5 ms|1.5 ms|2 ms',
    '',
    'CLOSED BECAUSE|BATCHES|SHARE',
    'full|150|75 %',
    'idle|49|24.5 %',
    'delay|1|0.5 %',
    '',
    'ROWS UP TO|BATCHES|SHARE',
    '1|49|24.5 %',
    '8|151|75.5 %',
    '',
    'CHOSEN|AUTOMATICALLY|AT|BECAUSE',
    'rows|8 rows|2026-01-01 09:30Z|more would take longer than 5 ms',
    '',
    '* they were full',
    '|raise it',
    '|config.pbtxt: max_batch_size: 16',
    '',
  ]);
});

test('a version without a batch, on a gateway that is away', async () => {
  const { stdout } = await explain('iris', '--model-version', '1');
  expect(lines(stdout).slice(0, 4)).toEqual([
    'version|iris v1 on gateway-2, which is not connected; as of 2026-01-01 10:00Z',
    'merged|no: outputs of merged runs differ',
    'rules|each request is a run',
    'said by|the gateway',
  ]);
  expect(stdout).toContain('in the queue, each request  0      -       -       -');
});

test('everything as JSON, and nothing where no gateway serves it', async () => {
  expect(JSON.parse((await explain('iris', '-o', 'json')).stdout)).toMatchObject([{ batches: 200 }, { batches: 0 }]);
  expect((await explain('other')).stdout).toBe('no gateway serves it\n');
});
