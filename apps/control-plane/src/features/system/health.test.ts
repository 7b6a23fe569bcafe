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
  redisProblem: '',
  snapshot: { epoch: 'e', version: 4 },
  snapshotAgeMs: 60_000,
  gateways: [gateway()],
  recent: { minutes: 5, requests: 1_000, faults: 0 },
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
  expect(healthOf(well)).toEqual({ health: 'ok', score: 100, reasons: [] });
});

test.each<[string, Partial<Findings>, string, number, string]>([
  [
    'the database',
    { databaseReachable: false },
    'degraded',
    70,
    'the database cannot be reached: nothing can be changed until it is back; predictions go on',
  ],
  ['no gateway', { gateways: [] }, 'down', 0, 'no gateway is connected: nobody answers predictions'],
  [
    'a gateway that is not ready',
    { gateways: [gateway({ ready: false, reasons: ['loading'] })] },
    'down',
    0,
    'gateway g1 is not ready: loading',
  ],
  [
    'an older snapshot',
    { gateways: [gateway({ applied: { epoch: 'e', version: 3, good: true } })] },
    'degraded',
    80,
    'gateway g1 is on snapshot 3, the present one is 4',
  ],
  [
    'a snapshot of another epoch',
    { gateways: [gateway({ applied: { epoch: 'x', version: 4, good: true } })] },
    'degraded',
    80,
    'gateway g1 is on snapshot 4, the present one is 4',
  ],
  [
    'a Redis that is away',
    {
      gateways: [
        gateway({ limits: { mode: 'local', redisConfigured: true, reason: 'Redis at r:6379 is away: refused' } }),
      ],
    },
    'degraded',
    90,
    'gateway g1 counts the limits of keys alone: Redis at r:6379 is away: refused',
  ],
  [
    'a model that failed',
    { gateways: [gateway({ models: [failed] })] },
    'degraded',
    80,
    'model iris@2 failed on gateway g1: no memory',
  ],
  [
    'the Redis of sessions',
    { redisProblem: 'Redis at r:6379 is away: refused' },
    'degraded',
    80,
    'nobody with a session can do anything until it is back: Redis at r:6379 is away: refused',
  ],
  ['a source', { sourceProblems: ['x/1 is not served'] }, 'degraded', 97, 'x/1 is not served'],
  [
    'requests that fail',
    { recent: { minutes: 5, requests: 1_000, faults: 50 } },
    'degraded',
    80,
    '5.0 % of 1000 requests of the last 5 minutes failed on our side',
  ],
])('%s', (_what, changes, health, score, reason) => {
  const found = healthOf({ ...well, ...changes });
  expect(found).toMatchObject({ health, score });
  expect(found.reasons.map(({ text }) => text)).toContain(reason);
});

test('few requests, and few faults among many, say nothing', () => {
  for (const recent of [{ minutes: 5, requests: 19, faults: 19 }, { minutes: 5, requests: 1_000, faults: 4 }, null]) {
    expect(healthOf({ ...well, recent })).toMatchObject({ health: 'ok', score: 100 });
  }
});

test('faults cost more the more there are, up to a limit', () => {
  const scoreAt = (faults: number): number =>
    healthOf({ ...well, recent: { minutes: 5, requests: 1_000, faults } }).score;
  expect([5, 10, 100, 150, 1_000].map(scoreAt)).toEqual([98, 96, 60, 40, 40]);
});

test('the score is 100 less all penalties, the worst first, and never below 0', () => {
  const behind = gateway({ applied: { epoch: 'e', version: 3, good: true }, models: [failed, failed, failed, failed] });
  const found = healthOf({ ...well, gateways: [gateway(), behind, gateway({}, false)], sourceProblems: ['x'] });
  const costs = found.reasons.map(({ penalty }) => penalty);
  expect(costs).toEqual([20, 7, 7, 7, 7, 7, 3]);
  expect(found.score).toBe(100 - costs.reduce((sum, penalty) => sum + penalty, 0));
  const lost = healthOf({ ...well, databaseReachable: false, gateways: [behind], sourceProblems: Array(30).fill('x') });
  expect(lost).toMatchObject({ health: 'degraded', score: 0 });
});

test('a gateway has time to apply a new snapshot', () => {
  const behind = gateway({ applied: { epoch: 'e', version: 3, good: true } });
  expect(healthOf({ ...well, gateways: [behind], snapshotAgeMs: 2_000 })).toEqual({
    health: 'ok',
    score: 100,
    reasons: [],
  });
});

test('one gateway of two that is silent degrades; the last one takes everything down', () => {
  expect(healthOf({ ...well, gateways: [gateway(), gateway({}, false)] }).health).toBe('degraded');
  expect(healthOf({ ...well, gateways: [gateway({}, false)] })).toMatchObject({
    health: 'down',
    score: 0,
    reasons: [
      { text: 'no gateway is connected: nobody answers predictions', penalty: 100 },
      { text: 'gateway g1 has not reported since 2026-01-01T00:00:00.000Z', penalty: 60 },
    ],
  });
});

test('limits that are counted alone because no Redis is configured are no reason', () => {
  const alone = gateway({ limits: { mode: 'local', redisConfigured: false, reason: 'no Redis is configured' } });
  expect(healthOf({ ...well, gateways: [alone] }).reasons).toEqual([]);
});
