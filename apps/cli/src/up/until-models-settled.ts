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

/** What must be there before a start is announced. */
export interface Expected {
  /** Models that the registry holds: the examples of a first start. */
  readonly modelsMin: number;
  /** Gateways of this start. */
  readonly gatewaysMin: number;
}

const intervalMs = 100;

/**
 * Waits until a gateway answers from the present snapshot and none of its models is being loaded any more.
 */
export async function untilModelsSettled(
  client: ClientOptions,
  expected: Expected,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SettledModels> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const overview = await readOverview(client);
    const missing = overview === null ? 'the control plane does not answer' : whatIsMissing(overview, expected);
    if (missing === '' || signal.aborted || performance.now() > endMs) {
      const models = overview?.gateways.flatMap(({ report }) => report.models) ?? [];
      const inState = (wanted: ObservedModel['state']): ObservedModel[] => [
        ...new Map(models.filter(({ state }) => state === wanted).map((model) => [model.id, model])).values(),
      ];
      return {
        ready: inState('READY'),
        failed: inState('FAILED'),
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

function whatIsMissing({ models, gateways, snapshot }: Overview, { modelsMin, gatewaysMin }: Expected): string {
  if (models < modelsMin) return `${models} of ${modelsMin} models are registered`;
  const connected = gateways.filter((gateway) => gateway.connected);
  if (connected.length < gatewaysMin) {
    return gatewaysMin === 1
      ? 'the gateway has not reported to the control plane'
      : `${connected.length} of ${gatewaysMin} gateways have reported to the control plane`;
  }
  const behind = connected.filter(({ report: { applied } }) => {
    return applied?.epoch !== snapshot.epoch || applied.version !== snapshot.version;
  });
  if (behind.length > 0) return `${behind.map(({ gateway }) => gateway).join(', ')} answers from an older snapshot`;
  const observed = connected.flatMap(({ report }) => report.models);
  const loading = new Set(observed.filter(({ state }) => state === 'LOADING').map(({ id }) => id));
  return loading.size === 0 ? '' : `loading: ${[...loading].join(', ')}`;
}
