import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import { expect, test } from 'vitest';
import { healthOf } from './health.ts';
import type { Findings } from './health.ts';

function gateway(changes: Partial<GatewayStatus['report']> = {}, connected = true): GatewayStatus {
  return {
    gateway: 'g1',
    lastSeenAt: '2026-01-01T00:00:00.000Z',
    connected,
    report: {
      gateway: 'g1',
      programVersion: '1',
      pid: 1,
      startedAtMs: 0,
      httpUrl: '',
      applied: { epoch: 'e', version: 4, good: true },
      ready: true,
      reasons: [],
      models: [],
      runners: [],
      windowSeconds: 2,
      inFlight: 0,
      queued: 0,
      rssBytes: 0,
      total: { requestsTotal: 0, errorsTotal: 0, requestsPerSecond: 0, errorsPerSecond: 0, p50Ms: null, p99Ms: null },
      traffic: [],
      ...changes,
    },
  };
}

const well: Findings = {
  databaseReachable: true,
  snapshot: { epoch: 'e', version: 4 },
  snapshotAgeMs: 60_000,
  gateways: [gateway()],
  sourceProblems: [],
};

const failed = {
  id: 'iris@2',
  digest: 'd',
  state: 'FAILED' as const,
  reason: 'no memory',
  isolation: 'shared' as const,
  instances: 0,
  batched: false,
  loadMs: null,
  warmUpMs: null,
};

test('nothing to say is ok', () => {
  expect(healthOf(well)).toEqual({ health: 'ok', reasons: [] });
});

test.each<[string, Partial<Findings>, string, string]>([
  [
    'the database',
    { databaseReachable: false },
    'degraded',
    'the database cannot be reached: nothing can be changed until it is back; predictions go on',
  ],
  ['no gateway', { gateways: [] }, 'down', 'no gateway is connected: nobody answers predictions'],
  [
    'a gateway that is not ready',
    { gateways: [gateway({ ready: false, reasons: ['loading'] })] },
    'down',
    'gateway g1 is not ready: loading',
  ],
  [
    'an older snapshot',
    { gateways: [gateway({ applied: { epoch: 'e', version: 3, good: true } })] },
    'degraded',
    'gateway g1 is on snapshot 3, the present one is 4',
  ],
  [
    'a snapshot of another epoch',
    { gateways: [gateway({ applied: { epoch: 'x', version: 4, good: true } })] },
    'degraded',
    'gateway g1 is on snapshot 4, the present one is 4',
  ],
  [
    'a model that failed',
    { gateways: [gateway({ models: [failed] })] },
    'degraded',
    'model iris@2 failed on gateway g1: no memory',
  ],
  ['a source', { sourceProblems: ['x/1 is not served'] }, 'degraded', 'x/1 is not served'],
])('%s', (_what, changes, health, reason) => {
  const found = healthOf({ ...well, ...changes });
  expect(found.health).toBe(health);
  expect(found.reasons).toContain(reason);
});

test('a gateway has time to apply a new snapshot', () => {
  const behind = gateway({ applied: { epoch: 'e', version: 3, good: true } });
  expect(healthOf({ ...well, gateways: [behind], snapshotAgeMs: 2_000 })).toEqual({ health: 'ok', reasons: [] });
});

test('one gateway of two that is silent degrades; the last one takes everything down', () => {
  expect(healthOf({ ...well, gateways: [gateway(), gateway({}, false)] }).health).toBe('degraded');
  expect(healthOf({ ...well, gateways: [gateway({}, false)] })).toMatchObject({
    health: 'down',
    reasons: [
      'no gateway is connected: nobody answers predictions',
      'gateway g1 has not reported since 2026-01-01T00:00:00.000Z',
    ],
  });
});
