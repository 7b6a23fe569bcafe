import type { VersionBatching } from '@cluster-ai/contract/batching.ts';
import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';

/** What a healthy gateway with one model reports. */
export function gatewayReport(
  model: { id: string; digest: string },
  changes: Partial<GatewayReport> = {},
): GatewayReport {
  return {
    gateway: 'gateway-1',
    programVersion: '0.1.0',
    pid: 4_242,
    startedAtMs: Date.now(),
    httpUrl: 'http://127.0.0.1:8000',
    applied: null,
    ready: true,
    reasons: [],
    models: [
      {
        ...model,
        state: 'READY',
        reason: '',
        isolation: 'shared',
        instances: 1,
        batched: true,
        loadMs: 3,
        warmUpMs: 1,
      },
    ],
    runners: [],
    windowSeconds: 2,
    inFlight: 0,
    queued: 0,
    rssBytes: 1,
    total: { requestsTotal: 0, errorsTotal: 0, requestsPerSecond: 0, errorsPerSecond: 0, p50Ms: null, p99Ms: null },
    traffic: [],
    ...changes,
  };
}

/** What a gateway reports of a version that has run one batch. */
export function versionBatching(version: { model: string; version: number }): VersionBatching {
  const times = { count: 1, meanMs: 0.5, p50Ms: 0.5, p99Ms: 0.5 };
  return {
    ...version,
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
    batches: 1,
    requests: 1,
    rows: 1,
    closed: { full: 0, preferred: 0, delay: 0, idle: 1, deadline: 0, shape: 0, priority: 0, alone: 0 },
    sizes: [{ rowsMax: 1, batches: 1 }],
    queue: times,
    compute: times,
    refused: { queueFull: 0, queueTimeout: 0 },
    takenApart: 0,
    advice: [],
  };
}
