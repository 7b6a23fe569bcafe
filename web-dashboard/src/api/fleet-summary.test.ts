import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import { expect, test } from 'vitest';
import { mockOverview } from '../../mock/fleet.ts';
import { snapshotState, summarizeFleet } from './fleet-summary.ts';

const overview = mockOverview('normal', Date.parse('2026-08-25T10:00:00Z'));

function firstGateway(from: Overview): GatewayStatus {
  const [gateway] = from.gateways;
  if (gateway === undefined) throw new Error('the mock has no gateway');
  return gateway;
}

const gateway = firstGateway(overview);

function withTotals(name: string, totals: Partial<GatewayStatus['report']['total']>, connected = true): GatewayStatus {
  const { report } = gateway;
  return { ...gateway, gateway: name, connected, report: { ...report, total: { ...report.total, ...totals } } };
}

test('rates add up, latencies are the slowest gateway’s', () => {
  const gateways = [
    withTotals('a', { requestsPerSecond: 30, errorsPerSecond: 1, p50Ms: 1, p99Ms: 9 }),
    withTotals('b', { requestsPerSecond: 10, errorsPerSecond: 1, p50Ms: 2, p99Ms: 4 }),
  ];
  expect(summarizeFleet({ ...overview, gateways })).toMatchObject({
    requestsPerSecond: 40,
    errorsPerSecond: 2,
    errorRate: 0.05,
    p50Ms: 2,
    p99Ms: 9,
    serving: 2,
  });
});

test('a gateway that stopped reporting is left out of every sum', () => {
  const gateways = [withTotals('a', { requestsPerSecond: 30 }), withTotals('b', { requestsPerSecond: 10 }, false)];
  expect(summarizeFleet({ ...overview, gateways })).toMatchObject({ requestsPerSecond: 30, serving: 1 });
});

test('without requests there is no error rate and no latency', () => {
  const gateways = [withTotals('a', { requestsPerSecond: 0, errorsPerSecond: 0, p50Ms: null, p99Ms: null })];
  expect(summarizeFleet({ ...overview, gateways })).toMatchObject({ errorRate: null, p50Ms: null, p99Ms: null });
});

test('an older, an unproven and a foreign snapshot are told apart', () => {
  const { epoch, version } = overview.snapshot;
  const applied = [
    { epoch, version, good: true },
    { epoch, version, good: false },
    { epoch, version: version - 1, good: true },
    { epoch: 'another', version, good: true },
    null,
  ];
  const states = applied.map((entry) =>
    snapshotState(overview, { ...gateway, report: { ...gateway.report, applied: entry } }),
  );
  expect(states).toEqual(['serving', 'applying', 'behind', 'behind', 'none']);
});
