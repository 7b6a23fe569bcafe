import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';

export interface FleetSummary {
  /** Gateways whose figures are current; the others' last report is left out of every sum. */
  readonly connected: readonly GatewayStatus[];
  /** Connected gateways that answer from the present snapshot, proven good. */
  readonly serving: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  /** Errors per request, 0 to 1; null when there was no request. */
  readonly errorRate: number | null;
  /** Of the slowest gateway, milliseconds: quantiles of several gateways cannot be merged. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly inFlight: number;
  readonly queued: number;
  /** Seconds that the rates and latencies look back; null without a connected gateway. */
  readonly windowSeconds: number | null;
}

/** One set of figures for all gateways that are connected. */
export function summarizeFleet(overview: Overview): FleetSummary {
  const connected = overview.gateways.filter((gateway) => gateway.connected);
  const reports = connected.map((gateway) => gateway.report);
  const requestsPerSecond = sum(reports.map((report) => report.total.requestsPerSecond));
  const errorsPerSecond = sum(reports.map((report) => report.total.errorsPerSecond));
  return {
    connected,
    serving: connected.filter((gateway) => snapshotState(overview, gateway) === 'serving').length,
    requestsPerSecond,
    errorsPerSecond,
    errorRate: requestsPerSecond === 0 ? null : errorsPerSecond / requestsPerSecond,
    p50Ms: slowest(reports.map((report) => report.total.p50Ms)),
    p99Ms: slowest(reports.map((report) => report.total.p99Ms)),
    inFlight: sum(reports.map((report) => report.inFlight)),
    queued: sum(reports.map((report) => report.queued)),
    windowSeconds: slowest(reports.map((report) => report.windowSeconds)),
  };
}

/** Where a gateway stands with the present snapshot. */
export type SnapshotState = 'serving' | 'applying' | 'behind' | 'none';

export function snapshotState(overview: Pick<Overview, 'snapshot'>, gateway: GatewayStatus): SnapshotState {
  const { applied } = gateway.report;
  if (applied === null) return 'none';
  if (applied.epoch !== overview.snapshot.epoch || applied.version !== overview.snapshot.version) return 'behind';
  return applied.good ? 'serving' : 'applying';
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The largest of the values that are known; null when none is. */
export function slowest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
