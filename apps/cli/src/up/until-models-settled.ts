import { setTimeout as sleep } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';

export interface SettledModels {
  readonly ready: readonly ObservedModel[];
  readonly failed: readonly ObservedModel[];
  /** Why not everything that was expected is there; empty when it is. */
  readonly missing: string;
}

const intervalMs = 100;

/**
 * Waits until a gateway answers from the present snapshot and none of its models is being loaded any more.
 * @param modelsMin models that the registry must hold by then: the examples of a first start.
 */
export async function untilModelsSettled(
  client: ClientOptions,
  modelsMin: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SettledModels> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const overview = await readOverview(client);
    const missing = overview === null ? 'the control plane does not answer' : whatIsMissing(overview, modelsMin);
    if (missing === '' || signal.aborted || performance.now() > endMs) {
      const models = overview?.gateways.flatMap(({ report }) => report.models) ?? [];
      return {
        ready: models.filter(({ state }) => state === 'READY'),
        failed: models.filter(({ state }) => state === 'FAILED'),
        missing,
      };
    }
    await sleep(intervalMs);
  }
}

/** Null when the control plane or its database is away for the moment. */
async function readOverview(client: ClientOptions): Promise<Overview | null> {
  try {
    return await callEndpoint(client, getOverview);
  } catch (error) {
    if (error instanceof ClusterError && error.retryable) return null;
    throw error;
  }
}

function whatIsMissing({ models, gateways, snapshot }: Overview, modelsMin: number): string {
  if (models < modelsMin) return `${models} of ${modelsMin} models are registered`;
  const connected = gateways.find((gateway) => gateway.connected);
  if (connected === undefined) return 'the gateway has not reported to the control plane';
  const { applied, models: observed } = connected.report;
  if (applied?.epoch !== snapshot.epoch || applied.version !== snapshot.version) {
    return 'the gateway does not answer from the present snapshot';
  }
  const loading = observed.filter(({ state }) => state === 'LOADING').map(({ id }) => id);
  return loading.length === 0 ? '' : `loading: ${loading.join(', ')}`;
}
