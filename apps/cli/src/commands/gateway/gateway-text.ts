import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';

export function stateText({ connected, report }: GatewayStatus): string {
  if (!connected) return 'not connected';
  return report.ready ? 'ready' : `not ready: ${report.reasons.join('; ')}`;
}

/** The snapshot that a gateway answers from, and whether it is the present one. */
export function snapshotText({ report: { applied } }: GatewayStatus, present: number): string {
  if (applied === null) return 'none';
  return applied.version === present ? String(applied.version) : `${applied.version} (present: ${present})`;
}

export function latencyText(milliseconds: number | null): string {
  return milliseconds === null ? '-' : `${milliseconds.toFixed(1)} ms`;
}
