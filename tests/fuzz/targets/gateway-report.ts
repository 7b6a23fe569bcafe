import assert from 'node:assert/strict';
import { gatewayReportSchema, sentReportSchema } from '@cluster-ai/contract/telemetry.ts';
import { foldReport } from '@cluster-ai/control-plane/features/traffic/fold.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { jsonOf } from '../inputs/json.ts';
import { readWith } from '../inputs/schema.ts';

const nowMs = 1_767_225_600_000;
const total = { requestsTotal: 5, errorsTotal: 1, requestsPerSecond: 1, errorsPerSecond: 0, p50Ms: 1, p99Ms: null };
const report = {
  gateway: 'g',
  programVersion: '1',
  pid: 1,
  startedAtMs: nowMs - 60_000,
  httpUrl: 'http://127.0.0.1:1',
  applied: { epoch: 'e', version: 1, good: true },
  ready: true,
  reasons: [],
  models: [],
  runners: [],
  windowSeconds: 2,
  inFlight: 0,
  queued: 0,
  rssBytes: 1,
  total,
  traffic: [],
  counters: {
    elapsedMs: 60_000,
    complete: true,
    variants: [{ route: 'r', modelId: 'm@1', errors: 1, faults: 1, latency: [1, 0, 3] }],
  },
  keyUsage: [{ key: 'k', day: 20_000, requests: 2, lastUsedMs: 1 }],
};

/** What gateways tell: the holder of a join token may be anybody who stole it. */
export const target: FuzzTarget = {
  about: 'reports of gateways at the control plane: what is counted is never less than nothing, nor more than was told',
  form: 'json',
  seeds: () => [JSON.stringify(report), JSON.stringify({ ...report, startedAtMs: nowMs - 70_000 })],
  run: (input) => {
    const sent = readWith('report', sentReportSchema, jsonOf(input));
    if (sent === undefined) return;
    gatewayReportSchema.parse(sent);
    const { counters, startedAtMs } = sent;
    if (counters === undefined) return;
    const series = [{ route: 'r', modelId: 'm@1', startedAtMs, errors: 0, faults: 0, latency: [1] }];
    const gateway = { startedAtMs: nowMs - 60_000, elapsedMs: 50_000, foldedAtMs: nowMs - 10_000 };
    for (const before of [null, gateway]) {
      const folded = foldReport({ gateway: before, series, startedAtMs, counters, nowMs });
      if (folded.kind !== 'folded') continue;
      for (const { requests, errors, faults, latency } of folded.points) {
        assert.ok(requests > 0 && errors >= 0 && faults >= 0 && faults <= errors && errors <= requests);
        assert.ok(latency.every((count) => Number.isSafeInteger(count) && count >= 0));
      }
    }
  },
};
