import type { GatewayStatus, HealthReason, Overview } from '@cluster-ai/contract/api/system.ts';

/** What one look at the installation found. */
export interface Findings {
  readonly databaseReachable: boolean;
  /** Why the Redis of sessions is away; empty while it is there, or none is configured. */
  readonly redisProblem: string;
  readonly snapshot: { readonly epoch: string; readonly version: number };
  /** Age of that snapshot, milliseconds. */
  readonly snapshotAgeMs: number;
  readonly gateways: readonly GatewayStatus[];
  /** What was answered in the last minutes; null while it is not known. */
  readonly recent: RecentTraffic | null;
  /** What the sources of models complain about. */
  readonly sourceProblems: readonly string[];
}

export interface RecentTraffic {
  readonly minutes: number;
  readonly requests: number;
  /** Errors with a status of 500 or more. */
  readonly faults: number;
}

/** A gateway has applied a snapshot well within this time. */
const applyWithinMs = 10_000;

/**
 * What each finding takes from the score. What concerns one gateway is shared by all of them: of four, one that is
 * silent costs 60 / 4 = 15.
 */
const penalties = {
  nobodyAnswers: 100,
  databaseAway: 30,
  redisAway: 20,
  gatewayAway: 60,
  gatewayNotReady: 60,
  gatewayBehind: 20,
  modelFailed: 20,
  limitsApart: 10,
  sourceProblem: 3,
  /** For each percent of requests that failed, and at most in all. */
  faultsPerPercent: 4,
  faultsMax: 60,
} as const;

/** Fewer requests than this say nothing about the ratio of faults; a lower ratio than this is not mentioned. */
const faultRequestsMin = 20;
const faultRatioMin = 0.005;

/**
 * Health in words and as a score. `down`: no gateway answers predictions. `degraded`: something needs attention,
 * predictions are answered. The score is 100 less the penalties of all reasons, at least 0, each penalty at least 1.
 */
export function healthOf(findings: Findings): Pick<Overview, 'health' | 'score' | 'reasons'> {
  const connected = findings.gateways.filter((gateway) => gateway.connected);
  const share = (penalty: number): number => Math.max(1, Math.round(penalty / Math.max(1, findings.gateways.length)));
  const reasons: HealthReason[] = [
    ...installationReasons(findings, connected),
    ...findings.gateways
      .filter((gateway) => !gateway.connected)
      .map(({ gateway, lastSeenAt }) => ({
        text: `gateway ${gateway} has not reported since ${lastSeenAt}`,
        penalty: share(penalties.gatewayAway),
        fix: 'start it again; one that was removed on purpose is forgotten an hour after its last report',
      })),
    ...connected.flatMap((gateway) => gatewayReasons(gateway, findings, share)),
    ...faultReasons(findings.recent),
    ...findings.sourceProblems.map((text) => ({ text, penalty: penalties.sourceProblem })),
  ].toSorted((a, b) => b.penalty - a.penalty);
  const score = Math.max(0, 100 - reasons.reduce((sum, { penalty }) => sum + penalty, 0));
  if (reasons.length === 0) return { health: 'ok', score, reasons };
  return { health: connected.some((gateway) => gateway.report.ready) ? 'degraded' : 'down', score, reasons };
}

function installationReasons(
  { databaseReachable, redisProblem }: Findings,
  connected: readonly GatewayStatus[],
): HealthReason[] {
  return [
    ...(connected.some((gateway) => gateway.report.ready)
      ? []
      : [
          {
            text: `no gateway is ${connected.length === 0 ? 'connected' : 'ready'}: nobody answers predictions`,
            penalty: penalties.nobodyAnswers,
            fix: 'start one, with `cluster-ai up` for instance; the log of a gateway says why it is not ready',
          },
        ]),
    ...(databaseReachable
      ? []
      : [
          {
            text: 'the database cannot be reached: nothing can be changed until it is back; predictions go on',
            penalty: penalties.databaseAway,
            fix: "start PostgreSQL; the control plane's log has what it answers",
          },
        ]),
    ...(redisProblem === ''
      ? []
      : [
          {
            text: `nobody with a session can do anything until it is back: ${redisProblem}`,
            penalty: penalties.redisAway,
            fix: 'start Redis, or look at redis.url; keys and the admin token go on',
          },
        ]),
  ];
}

function gatewayReasons(
  { gateway, report }: GatewayStatus,
  findings: Findings,
  share: (penalty: number) => number,
): HealthReason[] {
  const { epoch, version } = findings.snapshot;
  const applied = report.applied;
  const behind =
    findings.snapshotAgeMs > applyWithinMs &&
    (applied === null || applied.epoch !== epoch || applied.version !== version);
  return [
    ...(report.ready
      ? []
      : [
          {
            text: `gateway ${gateway} is not ready${report.reasons.length === 0 ? '' : `: ${report.reasons.join('; ')}`}`,
            penalty: share(penalties.gatewayNotReady),
          },
        ]),
    ...(behind
      ? [
          {
            text: `gateway ${gateway} is on snapshot ${applied?.version ?? 'none'}, the present one is ${version}`,
            penalty: share(penalties.gatewayBehind),
            fix: "look at the gateway's log: it says why it does not take the newer one",
          },
        ]
      : []),
    ...(report.limits?.redisConfigured === true && report.limits.mode === 'local'
      ? [
          {
            text: `gateway ${gateway} counts the limits of keys alone: ${report.limits.reason}`,
            penalty: share(penalties.limitsApart),
            fix: 'start Redis; until then each gateway lets a key have its whole rate, and its quota as far as reports tell',
          },
        ]
      : []),
    ...report.models
      .filter((model) => model.state === 'FAILED')
      .map((model) => ({
        text: `model ${model.id} failed on gateway ${gateway}: ${model.reason}`,
        penalty: share(penalties.modelFailed),
        fix: 'roll its route back, or push a version that loads',
      })),
  ];
}

function faultReasons(recent: RecentTraffic | null): HealthReason[] {
  if (recent === null || recent.requests < faultRequestsMin) return [];
  const ratio = recent.faults / recent.requests;
  if (ratio < faultRatioMin) return [];
  return [
    {
      text: `${(ratio * 100).toFixed(1)} % of ${recent.requests} requests of the last ${recent.minutes} minutes failed on our side`,
      penalty: Math.min(penalties.faultsMax, Math.max(1, Math.round(ratio * 100 * penalties.faultsPerPercent))),
      fix: 'look at the errors by route, and roll back the route that changed last',
    },
  ];
}
