import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';

/** For tests: a version that merges well, on a gateway that is connected. */
export const batchingEntry: GatewayBatching = {
  gateway: 'gateway-1',
  reportedAt: '2026-08-26T10:00:00.000Z',
  connected: true,
  model: 'iris',
  version: 1,
  waiting: 0,
  rules: {
    rowsMax: 8,
    preferredRows: [8],
    delayMs: 0,
    keepsOrder: false,
    levels: 0,
    origins: { rows: 'gateway', delay: 'gateway', rest: 'gateway' },
  },
  apartReason: null,
  batches: 200,
  requests: 900,
  rows: 900,
  closed: { full: 60, preferred: 0, delay: 0, idle: 140, deadline: 0, shape: 0, priority: 0, alone: 0 },
  sizes: [
    { rowsMax: 1, batches: 140 },
    { rowsMax: 8, batches: 60 },
  ],
  queue: { count: 900, meanMs: 0.5, p50Ms: 4.25, p99Ms: 9 },
  compute: { count: 200, meanMs: 1, p50Ms: 1.5, p99Ms: 2 },
  refused: { queueFull: 0, queueTimeout: 0 },
  takenApart: 0,
  advice: [],
};
