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
