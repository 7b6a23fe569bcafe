import { setTimeout as sleep } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { loadRoute, unloadRoute } from '@cluster-ai/contract/api/routes.ts';
import type { LoadParameters } from '@cluster-ai/protocols/open-inference/load-parameters.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import { assertCovers, assertMay, type Caller } from '../auth/caller.ts';
import type { ControlAddresses } from '../control/control-addresses.ts';
import { registerOverride } from './load-override.ts';
import { indexRepository, type RepositoryEntry, type RepositoryState } from './repository-index.ts';

/** One call to a control plane at most. */
const callTimeoutMs = 30_000;

/** How often is looked whether a model has become ready. */
const lookEveryMs = 20;

/** Who wants something of the repository: what the gateway knows of them, and the key that they have sent. */
export interface RepositoryCaller {
  readonly caller: Caller;
  /** The key alone, without `Bearer`; null for a call that came without one. */
  readonly key: string | null;
}

export interface RepositoryOptions {
  readonly control: ControlAddresses;
  readonly state: () => RepositoryState;
  /** Of the snapshot that is applied; null before the first. */
  readonly snapshotVersion: () => number | null;
  /** Wait for a model to be ready at most, milliseconds. */
  readonly loadTimeoutMs: number;
}

/**
 * The model repository extension, whatever the transport. The list is this gateway's own, and is there while the control
 * plane is away. Loading and unloading are the control plane's, for the whole fleet: it judges the caller's own key.
 */
export class ModelRepository {
  private readonly options: RepositoryOptions;

  constructor(options: RepositoryOptions) {
    this.options = options;
  }

  /** What the caller may see. */
  index({ models }: Caller, readyOnly: boolean): RepositoryEntry[] {
    return indexRepository(this.options.state(), readyOnly, (name) => modelsCover(models, name));
  }

  /**
   * Has every gateway serve the model, and waits until this one does.
   * @throws ClusterError in Triton's words when it cannot be loaded; PERMISSION_DENIED;
   * CONTROL_PLANE_UNAVAILABLE; DEADLINE_EXCEEDED when it is still loading.
   * @param override becomes the newest version of the model first.
   */
  async load(by: RepositoryCaller, name: string, override: LoadParameters | null = null): Promise<void> {
    const token = keyOf(by, name);
    const version = await this.ask(async (baseUrl) => {
      const options = { baseUrl, token, timeoutMs: callTimeoutMs };
      if (override !== null) await registerOverride(options, name, override);
      return (await callEndpoint(options, loadRoute, { params: { name } })).snapshotVersion;
    }).catch((thrown: unknown) => {
      throw failedToLoad(name, toClusterError(thrown));
    });
    await this.untilApplied(version, name);
    await this.untilReady(name);
  }

  /** Has every gateway release the model, and waits until this one has. A name that does not exist is no error. */
  async unload(by: RepositoryCaller, name: string): Promise<void> {
    const token = keyOf(by, name);
    const version = await this.ask(async (baseUrl) => {
      const options = { baseUrl, token, timeoutMs: callTimeoutMs };
      return (await callEndpoint(options, unloadRoute, { params: { name } })).snapshotVersion;
    }).catch((thrown: unknown) => {
      const error = toClusterError(thrown);
      if (error.code === 'NOT_FOUND') return null;
      throw error;
    });
    if (version !== null) await this.untilApplied(version, name);
  }

  /** Asks one control plane after another, until one is there. */
  private async ask<T>(call: (baseUrl: string) => Promise<T>): Promise<T> {
    const { control } = this.options;
    for (let left = control.count; ; left -= 1) {
      const url = control.present;
      try {
        return await call(url);
      } catch (thrown) {
        const error = toClusterError(thrown);
        if (error.code !== 'CONTROL_PLANE_UNAVAILABLE') throw error;
        control.failed(url);
        if (left <= 1) throw error;
      }
    }
  }

  private untilApplied(version: number, name: string): Promise<void> {
    return this.until(name, () => (this.options.snapshotVersion() ?? -1) >= version);
  }

  private untilReady(name: string): Promise<void> {
    return this.until(name, () => {
      const entries = indexRepository(this.options.state(), false, (other) => other === name);
      const failed = entries.find(({ state }) => state === 'UNAVAILABLE');
      if (failed !== undefined) {
        throw new ClusterError(
          'INVALID_ARGUMENT',
          `failed to load '${name}' version ${failed.version}: ${failed.reason}`,
        );
      }
      return entries.every(({ state }) => state === 'READY');
    });
  }

  private async until(name: string, holds: () => boolean): Promise<void> {
    const endsAtMs = performance.now() + this.options.loadTimeoutMs;
    while (!holds()) {
      if (performance.now() > endsAtMs) {
        throw new ClusterError('DEADLINE_EXCEEDED', `model '${name}' has not changed its state yet; it goes on`);
      }
      await sleep(lookEveryMs);
    }
  }
}

/** The exemption of calls from this machine is for predicting and reading alone. */
function keyOf({ caller, key }: RepositoryCaller, name: string): string {
  if (key === null) {
    throw new ClusterError(
      'PERMISSION_DENIED',
      'loading and unloading need a key with the action operate, also from this machine: send it as "Authorization: Bearer <key>"',
    );
  }
  assertMay(caller, 'operate');
  assertCovers(caller, name);
  return key;
}

function failedToLoad(name: string, error: ClusterError): ClusterError {
  const missing = error.code === 'MODEL_NOT_FOUND' || error.code === 'NOT_FOUND';
  const reason = missing ? `failed to poll from model repository: ${error.message}` : error.message;
  // The protocol knows a wrong request, and nothing finer.
  const code = error.code === 'MODEL_INVALID' || error.code === 'CONFLICT' ? 'INVALID_ARGUMENT' : error.code;
  return new ClusterError(code, `failed to load '${name}', ${reason}`, { cause: error });
}
