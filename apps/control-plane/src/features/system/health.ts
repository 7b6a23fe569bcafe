import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';

/** What one look at the installation found. */
export interface Findings {
  readonly databaseReachable: boolean;
  readonly snapshot: { readonly epoch: string; readonly version: number };
  /** Age of that snapshot, milliseconds. */
  readonly snapshotAgeMs: number;
  readonly gateways: readonly GatewayStatus[];
  /** What the sources of models complain about. */
  readonly sourceProblems: readonly string[];
}

/** A gateway has applied a snapshot well within this time. */
const applyWithinMs = 10_000;

/**
 * Health in words. `down`: no gateway answers predictions. `degraded`: something needs attention, predictions are answered.
 */
export function healthOf(findings: Findings): Pick<Overview, 'health' | 'reasons'> {
  const connected = findings.gateways.filter((gateway) => gateway.connected);
  const reasons = [
    ...(findings.databaseReachable
      ? []
      : ['the database cannot be reached: nothing can be changed until it is back; predictions go on']),
    ...(connected.length === 0 ? ['no gateway is connected: nobody answers predictions'] : []),
    ...findings.gateways
      .filter((gateway) => !gateway.connected)
      .map(({ gateway, lastSeenAt }) => `gateway ${gateway} has not reported since ${lastSeenAt}`),
    ...connected.flatMap((gateway) => gatewayReasons(gateway, findings)),
    ...findings.sourceProblems,
  ];
  if (reasons.length === 0) return { health: 'ok', reasons };
  return { health: connected.some((gateway) => gateway.report.ready) ? 'degraded' : 'down', reasons };
}

function gatewayReasons({ gateway, report }: GatewayStatus, findings: Findings): string[] {
  const { epoch, version } = findings.snapshot;
  const applied = report.applied;
  const behind =
    findings.snapshotAgeMs > applyWithinMs &&
    (applied === null || applied.epoch !== epoch || applied.version !== version);
  return [
    ...(report.ready
      ? []
      : [`gateway ${gateway} is not ready${report.reasons.length === 0 ? '' : `: ${report.reasons.join('; ')}`}`]),
    ...(behind
      ? [`gateway ${gateway} is on snapshot ${applied?.version ?? 'none'}, the present one is ${version}`]
      : []),
    ...report.models
      .filter((model) => model.state === 'FAILED')
      .map((model) => `model ${model.id} failed on gateway ${gateway}: ${model.reason}`),
  ];
}
