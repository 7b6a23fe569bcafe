import { setTimeout as sleep } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getVersion } from '@cluster-ai/contract/api/models.ts';
import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const intervalMs = 150;

export interface ReadyOptions {
  readonly client: ClientOptions;
  readonly name: string;
  readonly version: number;
  readonly timeoutMs: number;
}

/**
 * Waits until every gateway that has the version serves it, and at least one does.
 * @throws ClusterError MODEL_INVALID with the gateway's reason when it cannot be loaded, DEADLINE_EXCEEDED.
 */
export async function untilReady({ client, name, version, timeoutMs }: ReadyOptions): Promise<ModelVersion> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await readVersion(client, name, version);
    const observed = found?.observed ?? [];
    const failed = observed.find(({ state }) => state === 'FAILED');
    if (failed !== undefined) {
      throw new ClusterError(
        'MODEL_INVALID',
        `${name} version ${version} cannot be served by ${failed.gateway}: ${failed.reason}`,
      );
    }
    if (found !== null && observed.length > 0 && observed.every(({ state }) => state === 'READY')) return found;
    if (performance.now() > endMs) {
      const present = observed.map(({ gateway, state }) => `${gateway}: ${state}`).join(', ');
      throw new ClusterError(
        'DEADLINE_EXCEEDED',
        `${name} version ${version} is stored and was not ready after ${timeoutMs / 1_000} s (${present === '' ? 'no gateway has it' : present})`,
        { fix: `look again with cluster-ai model show ${name}, or wait longer with --timeout` },
      );
    }
    await sleep(intervalMs);
  }
}

/** Null while the control plane is away for a moment, and when there is no such version. */
async function readVersion(client: ClientOptions, name: string, version: number): Promise<ModelVersion | null> {
  try {
    return await callEndpoint(client, getVersion, { params: { name, version } });
  } catch (error) {
    if (error instanceof ClusterError && (error.retryable || error.code === 'MODEL_NOT_FOUND')) return null;
    throw error;
  }
}
