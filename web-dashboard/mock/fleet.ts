import type { GatewayStatus, HealthReason, Overview } from '@cluster-ai/contract/api/system.ts';
import type { GatewayReport, ObservedModel, Traffic } from '@cluster-ai/contract/telemetry.ts';
import { mockModels, mockRoutes } from './models.ts';
import { rates, wave } from './rates.ts';

export const scenarios = ['normal', 'empty', 'idle', 'degraded', 'no-gateway', 'refusing'] as const;

/** What the mock pretends. Chosen with `PUT /mock/scenario/<name>`, so that each state can be seen by hand too. */
export type Scenario = (typeof scenarios)[number];

const startedAtMs = Date.now() - 3 * 3_600_000;
const snapshot = { epoch: '0198e0c2', version: 118 };

/** The overview of a moment. Figures follow a fixed curve over time, so that charts move as they do in life. */
export function mockOverview(scenario: Scenario, atMs: number): Overview {
  const gateways = gatewaysOf(scenario, atMs);
  const lost = gateways.filter((gateway) => !gateway.connected);
  const reasons = reasonsOf(scenario, lost);
  return {
    programVersion: '0.1.0',
    startedAt: new Date(startedAtMs).toISOString(),
    health: scenario === 'no-gateway' ? 'down' : scenario === 'degraded' ? 'degraded' : 'ok',
    score: 100 - reasons.reduce((sum, { penalty }) => sum + penalty, 0),
    reasons,
    snapshot,
    gateways,
    models: scenario === 'empty' ? 0 : mockModels.length,
    routes: scenario === 'empty' ? 0 : mockRoutes.length,
  };
}

function reasonsOf(scenario: Scenario, lost: readonly GatewayStatus[]): HealthReason[] {
  if (scenario === 'no-gateway') {
    return [{ text: 'no gateway is connected: nobody answers predictions', penalty: 100, fix: 'start one' }];
  }
  return [
    ...lost.map(({ gateway, lastSeenAt }) => ({
      text: `gateway ${gateway} has not reported since ${lastSeenAt}`,
      penalty: 30,
      fix: 'start it again',
    })),
    ...(scenario === 'degraded'
      ? [{ text: 'model language@1 failed on gateway gateway-1: the checksum is another one', penalty: 10 }]
      : []),
  ];
}

function gatewaysOf(scenario: Scenario, atMs: number): GatewayStatus[] {
  if (scenario === 'no-gateway') return [];
  const first = {
    gateway: 'gateway-1',
    lastSeenAt: iso(atMs),
    connected: true,
    report: report('gateway-1', scenario, atMs),
  };
  if (scenario !== 'degraded') return [first];
  const second = report('gateway-2', 'idle', atMs);
  const behind = { ...second, applied: { ...snapshot, version: 117, good: true } };
  return [first, { gateway: 'gateway-2', lastSeenAt: iso(atMs - 95_000), connected: false, report: behind }];
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function report(gateway: string, scenario: Scenario, atMs: number): GatewayReport {
  const traffic = scenario === 'idle' || scenario === 'empty' ? [] : trafficAt(atMs);
  const requestsPerSecond = traffic.reduce((sum, entry) => sum + entry.requestsPerSecond, 0);
  const isMoving = requestsPerSecond > 0;
  return {
    gateway,
    programVersion: '0.1.0',
    pid: 41_233,
    startedAtMs,
    httpUrl: 'http://127.0.0.1:8000',
    applied: { ...snapshot, good: true },
    ready: true,
    reasons: [],
    models: scenario === 'empty' ? [] : observedModels(scenario),
    runners: [
      { id: 'shared-1', isolation: 'shared', pid: 41_240, restarts: 0, slots: 4, rssBytes: 148_000_000 },
      {
        id: 'silero-vad@1',
        isolation: 'dedicated',
        pid: 41_252,
        restarts: scenario === 'degraded' ? 2 : 0,
        slots: 1,
        rssBytes: 96_400_000,
      },
    ],
    windowSeconds: 10,
    inFlight: isMoving ? Math.round(3 + wave(atMs, 9_000) * 2) : 0,
    queued: isMoving && wave(atMs, 47_000) > 0.8 ? 4 : 0,
    rssBytes: 131_000_000 + wave(atMs, 60_000) * 4_000_000,
    total: {
      requestsTotal: 1_284_331,
      errorsTotal: 12,
      requestsPerSecond,
      errorsPerSecond: traffic.reduce((sum, entry) => sum + entry.errorsPerSecond, 0),
      p50Ms: isMoving ? 0.82 + wave(atMs, 31_000) * 0.1 : null,
      p99Ms: isMoving ? 3.4 + wave(atMs, 23_000) + Math.max(0, wave(atMs, 71_000)) ** 8 * 9 : null,
    },
    traffic,
  };
}

function trafficAt(atMs: number): Traffic[] {
  return Object.entries(rates).map(([modelId, rate], index) => ({
    route: modelId.split('@')[0] ?? modelId,
    modelId,
    requestsTotal: rate * 3_600,
    errorsTotal: index,
    requestsPerSecond:
      rate *
      (1 + 0.35 * wave(atMs, 86_400_000)) *
      (1 + 0.15 * wave(atMs, 80_000 + index * 13_000) + 0.03 * wave(atMs, 7_000)),
    errorsPerSecond: index === 2 ? Math.max(0, wave(atMs, 120_000)) * 0.6 : 0,
    p50Ms: 0.7 + index * 0.8,
    p99Ms: 2.9 + index * 2.2 + wave(atMs, 23_000) * 0.4,
  }));
}

function observedModels(scenario: Scenario): ObservedModel[] {
  const ids = ['iris@1', 'mnist@4', 'mnist@5', 'silero-vad@1', 'half@1', 'language@1'];
  return ids.map((id) => {
    const failed = scenario === 'degraded' && id === 'language@1';
    const alone = id === 'silero-vad@1';
    return {
      id,
      digest: 'a0'.repeat(32),
      state: failed ? 'FAILED' : scenario === 'degraded' && id === 'mnist@5' ? 'LOADING' : 'READY',
      reason: failed
        ? "the file's checksum is not the announced one"
        : alone
          ? 'outputs of a merged run differed from single runs'
          : '',
      isolation: alone ? 'dedicated' : 'shared',
      instances: 1,
      batched: !alone && !failed,
      loadMs: 21,
      warmUpMs: 4,
    };
  });
}
