import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import type { Snapshot, SnapshotModel, SnapshotRoute } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { exhaustedError } from '@cluster-ai/platform/process/exhausted.ts';
import { AutomaticBatching } from '../batching/automatic-batching.ts';
import type { Batcher } from '../batching/batcher.ts';
import { choiceLimitsOf, rowsAreAsked } from '../configuration/run-settings.ts';
import { serveVersion, type ServedVersion, type ServeOptions } from '../configuration/serve-version.ts';
import type { ModelHost } from '../execution/executor.ts';
import type { ActiveRoute, RouteTable, ServingVariant } from '../routing/route-table.ts';
import { withStandIns } from '../routing/stand-in.ts';
import type { ModelBatching } from '../telemetry/collect.ts';
import type { Observer } from '../telemetry/observer.ts';
import type { MappedModels } from './mapped-models.ts';
import type { ModelFolders } from './model-folder.ts';

/**
 * Models that are fetched, probed and loaded at once. Two take the cores, as many as are probed at once; the others are
 * fetched, or wait for a probe, while those wait for their runner to start.
 */
const loadsAtOnceMax = 4;
/** Wait before a load that failed for want of the control plane or of disk is tried again. */
const retryAfterMs = 2_000;
/** Wait before a model that passed its probe, and whose runner could not be kept up, is tried again. */
const reviveAfterMs = 60_000;

export interface DeploymentOptions {
  readonly host: ModelHost;
  readonly folders: Pick<ModelFolders, 'prepare' | 'keepOnly'>;
  readonly mapped: Pick<MappedModels, 'load'>;
  readonly routes: RouteTable;
  readonly observer: Observer;
  readonly batching: ServeOptions;
  /** What decides whether, and within what, batches are picked for a latency objective. */
  readonly objectives: Pick<GatewayConfig['batching'], 'latencyObjectiveMs' | 'instancesMax'>;
  readonly log: Logger;
  /** Called after every change of what serves. */
  readonly onChange: () => void;
}

interface LoadedModel extends ServedVersion {
  readonly model: SnapshotModel;
  /** Null for one without a latency objective. */
  readonly automatic: AutomaticBatching | null;
}

interface FailedModel {
  readonly model: SnapshotModel;
  readonly reason: string;
  /** A model that cannot be served stays refused; one whose files could not be had is tried again after a while. */
  readonly retry: 'never' | 'later' | 'now';
}

/**
 * Brings what runs on this gateway towards what the snapshot wants, make before break: what served before stands in for
 * each new variant until that is ready.
 */
export class Deployment {
  private readonly options: DeploymentOptions;
  private snapshot: Snapshot | null = null;
  private active: readonly ActiveRoute[] = [];
  /** For each route, what served when all of its variants were last ready. */
  private complete = new Map<string, readonly ServingVariant[]>();
  private readonly loaded = new Map<string, LoadedModel>();
  private readonly loading = new Map<string, SnapshotModel>();
  private readonly unloading = new Map<string, SnapshotModel>();
  private readonly failed = new Map<string, FailedModel>();
  /** Since when each wanted model is wanted, counted in snapshots. */
  private readonly wantedSince = new Map<string, number>();
  private applied = 0;

  constructor(options: DeploymentOptions) {
    this.options = options;
  }

  /** Takes a new desired state. Loading goes on behind; routes change as models become ready. */
  apply(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.applied += 1;
    const wanted = new Set(this.wantedModels().map(loadKey));
    for (const key of this.failed.keys()) if (!wanted.has(key)) this.failed.delete(key);
    for (const key of this.wantedSince.keys()) if (!wanted.has(key)) this.wantedSince.delete(key);
    for (const key of wanted) if (!this.wantedSince.has(key)) this.wantedSince.set(key, this.applied);
    // The first may come from disk, and be older than what was taken out of service.
    if (this.applied > 1) this.options.host.forgetOthers(wanted);
    this.advance();
  }

  /**
   * Every version that is wanted since the beginning is loaded or refused, and every route has one that serves, or none
   * that could. Where versions come faster than they load there is never a moment without one on its way.
   */
  get settled(): boolean {
    if (this.snapshot === null) return false;
    const isDone = (model: SnapshotModel): boolean => this.loaded.has(loadKey(model)) || this.isRefused(model);
    const first = this.wantedModels().filter((model) => this.wantedSince.get(loadKey(model)) === 1);
    return (
      first.every(isDone) &&
      this.active.every(
        ({ serving, wanted }) =>
          serving.some(({ weight }) => weight > 0) || wanted.every((model) => this.isRefused(model)),
      )
    );
  }

  /** Every wanted version is loaded and every route is served by what the snapshot wants. */
  get good(): boolean {
    return this.snapshot !== null && this.wantedModels().every((model) => this.loaded.has(loadKey(model)));
  }

  get queued(): number {
    let total = 0;
    for (const { batcher } of this.loaded.values()) total += batcher.queued;
    return total;
  }

  /** What is counted of the batches of each version that is loaded. */
  batching(): ModelBatching[] {
    const hosted = new Map(this.options.host.observedModels().map((observed) => [observed.id, observed]));
    return [...this.loaded].map(([key, { model, batcher, automatic }]) => ({
      model: model.id,
      figures: batcher.figures.snapshot(),
      rules: batcher.rules,
      instances: hosted.get(key)?.instances ?? 0,
      automatic: automatic?.report() ?? null,
    }));
  }

  loadingNames(): string[] {
    return this.wantedModels()
      .filter((model) => !this.loaded.has(loadKey(model)) && !this.isRefused(model))
      .map((model) => model.id);
  }

  /** States as the control plane knows the models: by id and digest. */
  observedModels(): ObservedModel[] {
    const hosted = new Map(this.options.host.observedModels().map((observed) => [observed.id, observed]));
    const states: ObservedModel[] = [];
    const add = (model: SnapshotModel, state: ObservedModel['state'], reason: string): void => {
      const observed = hosted.get(loadKey(model));
      states.push({
        ...(observed ?? notHosted),
        id: model.id,
        digest: model.digest,
        state,
        reason: reason === '' ? (observed?.reason ?? '') : reason,
      });
    };
    for (const { model, raggedVerdict, paddingVerdict } of this.loaded.values()) {
      add(model, hosted.get(loadKey(model))?.state ?? 'READY', '');
      const observed = states.at(-1);
      if (observed?.state !== 'READY') continue;
      if (paddingVerdict !== undefined && paddingVerdict.reason !== '') {
        const reason = [observed.reason, paddingVerdict.reason].filter((why) => why !== '').join('; ');
        states.splice(-1, 1, { ...observed, reason });
      }
      if (raggedVerdict === undefined) continue;
      // What the probe found with made-up inputs does not hold for a model whose inputs belong together.
      states.splice(-1, 1, { ...observed, batched: raggedVerdict.rowsMax > 0, reason: raggedVerdict.reason });
    }
    for (const model of this.loading.values()) add(model, 'LOADING', '');
    for (const model of this.unloading.values()) add(model, 'UNLOADING', '');
    for (const [key, { model, reason }] of this.failed) if (!this.loading.has(key)) add(model, 'FAILED', reason);
    return states;
  }

  /** To be called when the host's observed states changed: a runner that cannot be brought back takes its models out. */
  hostChanged(): void {
    for (const observed of this.options.host.observedModels()) {
      const lost = observed.state === 'FAILED' ? this.loaded.get(observed.id) : undefined;
      if (lost === undefined) continue;
      this.loaded.delete(observed.id);
      lost.automatic?.stop();
      // It had passed its probe, so the machine is the likelier cause (memory, say), and that can pass.
      const error = this.options.host.failure(observed.id) ?? new ClusterError('RUNNER_CRASHED', observed.reason);
      this.recordFailure(lost.model, error, error.code === 'MODEL_OUT_OF_SERVICE' ? null : reviveAfterMs);
      const code = error.code === 'MODEL_OUT_OF_SERVICE' ? error.code : 'MODEL_NOT_READY';
      lost.batcher.close(new ClusterError(code, `model '${lost.model.name}' cannot be served: ${observed.reason}`));
    }
    this.advance();
  }

  private wantedModels(): SnapshotModel[] {
    const ids = new Set(this.snapshot?.routes.flatMap((route) => route.variants.map((variant) => variant.modelId)));
    return this.snapshot?.models.filter((model) => ids.has(model.id)) ?? [];
  }

  private isRefused(model: SnapshotModel): boolean {
    return this.failed.get(loadKey(model))?.retry === 'never';
  }

  private advance(): void {
    this.updateRoutes();
    this.startLoads();
    this.startUnloads();
    this.options.onChange();
  }

  private updateRoutes(): void {
    const routes = this.snapshot?.routes ?? [];
    const names = new Set(routes.map(({ name }) => name));
    for (const name of this.complete.keys()) if (!names.has(name)) this.complete.delete(name);
    this.active = routes.map((route) => this.resolve(route));
    const unloaded = this.snapshot?.unloaded ?? [];
    this.options.routes.replace(
      this.active,
      unloaded.map(({ name }) => name),
    );
  }

  private resolve(route: SnapshotRoute): ActiveRoute {
    const wanted = route.variants.flatMap(({ modelId, weight }) => {
      const model = this.snapshot?.models.find((candidate) => candidate.id === modelId);
      return model === undefined ? [] : [{ model, weight }];
    });
    const ready = wanted.flatMap(({ model, weight }) => this.serving(route.name, model, weight));
    const before = this.servedBefore(route.name);
    if (ready.length === wanted.length) this.complete.set(route.name, ready);
    const missingWeight = wanted.reduce(
      (sum, { model, weight }) => (this.loaded.has(loadKey(model)) ? sum : sum + weight),
      0,
    );
    return {
      name: route.name,
      stickyHeader: route.stickyHeader.toLowerCase(),
      serving: withStandIns(ready, before, missingWeight),
      wanted: wanted.map(({ model }) => model),
    };
  }

  /**
   * What served when the route was last complete; where that never was, or is gone because what came after it served
   * without it, what serves at this moment. So a route that has answered once goes on answering, however its versions
   * come and go.
   */
  private servedBefore(route: string): readonly ServingVariant[] {
    const now = this.active.find(({ name }) => name === route)?.serving ?? [];
    for (const served of [this.complete.get(route) ?? [], now]) {
      const loaded = served.filter(({ model }) => this.loaded.has(loadKey(model)));
      if (loaded.some(({ weight }) => weight > 0)) return loaded;
    }
    return [];
  }

  private serving(route: string, model: SnapshotModel, weight: number): ServingVariant[] {
    const found = this.loaded.get(loadKey(model));
    if (found === undefined) return [];
    return [
      {
        id: model.id,
        weight,
        model,
        executor: found.executor,
        batcher: found.batcher,
        rowsPerRequestMax: found.rowsPerRequestMax,
        labels: found.labels,
        ...(found.automatic === null ? {} : { automatic: found.automatic }),
        stats: this.options.observer.statsFor(route, model.id),
      },
    ];
  }

  private startLoads(): void {
    // The longest wanted first: versions that come again and again must not keep the others from being loaded.
    const since = (model: SnapshotModel): number => this.wantedSince.get(loadKey(model)) ?? this.applied;
    for (const model of this.wantedModels().toSorted((left, right) => since(left) - since(right))) {
      const key = loadKey(model);
      if (this.loading.size >= loadsAtOnceMax) return;
      if (this.loaded.has(key) || this.loading.has(key) || this.unloading.has(key)) continue;
      const failure = this.failed.get(key);
      if (failure !== undefined && failure.retry !== 'now') continue;
      this.loading.set(key, model);
      void this.load(model);
    }
  }

  private async load(model: SnapshotModel): Promise<void> {
    const key = loadKey(model);
    const startedAtMs = performance.now();
    // The control plane comes back and disks get room; a model that cannot be run stays as it is.
    let mayChange = true;
    try {
      const folder = await this.options.folders.prepare(model);
      mayChange = false;
      const executor = await this.options.mapped.load(model, folder, (from) =>
        this.options.host.load({ ...model, id: key }, from),
      );
      const served = await serveVersion(model, executor, folder, this.options.batching).catch(
        async (thrown: unknown) => {
          await this.options.host.unload(key);
          throw thrown;
        },
      );
      this.loaded.set(key, { model, ...served, automatic: this.automatic(model, served.batcher) });
      this.failed.delete(key);
      this.options.log.info(
        { model: model.id, durationMs: Math.round(performance.now() - startedAtMs), ...served.warmUp },
        'model is ready',
      );
      this.reportApart(model);
      this.reportUnpadded(model, served);
    } catch (thrown) {
      // A model is not the worse for a machine that has no file descriptor left for its runner.
      const error = exhaustedError(thrown) ?? toClusterError(thrown);
      const afterMs = mayChange ? retryAfterMs : reviveAfterMs;
      this.recordFailure(model, error, error.retryable ? afterMs : null);
    }
    this.loading.delete(key);
    this.advance();
  }

  private automatic(model: SnapshotModel, batcher: Batcher): AutomaticBatching | null {
    const { host, objectives, batching, log } = this.options;
    const key = loadKey(model);
    const isInline = host.observedModels().some(({ id, isolation }) => id === key && isolation === 'inline');
    const limits = choiceLimitsOf(model.settings, objectives, { rules: batcher.rules, isInline });
    if (limits === null) return null;
    const scale = (instances: number): Promise<void> => host.scale(key, instances);
    return new AutomaticBatching({ model: model.id, batcher, limits, scale, clock: batching.clock, log });
  }

  /** A model whose requests should be merged, and are not because its answers would be others. */
  private reportApart(model: SnapshotModel): void {
    const observed = this.observedModels().find(({ id, digest }) => id === model.id && digest === model.digest);
    if (observed === undefined || observed.reason === '' || observed.batched) return;
    if ((model.settings.maxBatchSize ?? 2) < 2) return;
    const { configuration } = model.settings;
    if (configuration !== undefined && configuration.dynamicBatching === null) return;
    // Where nobody has asked for batches it is no news to anybody but who looks: `cluster-ai model explain` tells it.
    const level = rowsAreAsked(model.settings) ? 'warn' : 'debug';
    this.options.log[level]({ model: model.id }, `${model.id}: ${observed.reason}`);
  }

  /** A model whose requests should be padded, and are not, or not all, because its answers would be others. */
  private reportUnpadded(model: SnapshotModel, { paddingVerdict }: ServedVersion): void {
    if (paddingVerdict === undefined || paddingVerdict.reason === '') return;
    this.options.log.warn({ model: model.id }, `${model.id}: ${paddingVerdict.reason}`);
  }

  private recordFailure(model: SnapshotModel, error: ClusterError, tryAgainAfterMs: number | null): void {
    const key = loadKey(model);
    const failure: FailedModel = { model, reason: error.message, retry: tryAgainAfterMs === null ? 'never' : 'later' };
    const repeats = this.failed.get(key)?.reason === failure.reason;
    this.failed.set(key, failure);
    if (!repeats) {
      this.options.log.error(
        { model: model.id, code: error.code, error: error.cause ?? error.message },
        `model cannot be served: ${error.message}`,
      );
    }
    if (tryAgainAfterMs === null) return;
    setTimeout(() => {
      if (this.failed.get(key) !== failure) return;
      this.failed.set(key, { ...failure, retry: 'now' });
      this.advance();
    }, tryAgainAfterMs).unref();
  }

  private startUnloads(): void {
    const used = new Set(
      [...this.wantedModels(), ...this.active.flatMap((route) => route.serving.map(({ model }) => model))].map(loadKey),
    );
    for (const [key, entry] of this.loaded) {
      if (used.has(key)) continue;
      this.loaded.delete(key);
      this.unloading.set(key, entry.model);
      void this.unload(key, entry);
    }
  }

  private async unload(key: string, { model, batcher, automatic }: LoadedModel): Promise<void> {
    automatic?.stop();
    await batcher.idle();
    batcher.close(
      new ClusterError('MODEL_NOT_READY', `model '${model.name}' version ${model.version} has been unloaded`),
    );
    try {
      await this.options.host.unload(key);
      this.options.log.info({ model: model.id }, 'model is unloaded');
      this.unloading.delete(key);
      await this.options.folders.keepOnly(() => this.modelsInUse());
    } catch (error) {
      // What is left over costs memory or disk; the models that serve must not pay for it.
      this.options.log.error(
        { model: model.id, error },
        'a model that is no longer wanted could not be removed completely',
      );
      this.unloading.delete(key);
    }
    this.advance();
  }

  private modelsInUse(): SnapshotModel[] {
    const held = [...this.loaded.values()].map(({ model }) => model);
    return [...held, ...this.loading.values(), ...this.unloading.values(), ...this.wantedModels()];
  }
}

const notHosted = { isolation: 'shared', instances: 0, batched: false, loadMs: null, warmUpMs: null } as const;

/**
 * A version number can come back with other content (a watched folder), so the content is part of what is loaded. So is
 * how often an operator has reset it: each time it is loaded anew, whatever became of it before.
 */
function loadKey(model: SnapshotModel): string {
  const resets = model.resets === undefined ? '' : `#${model.resets}`;
  return `${model.id}#${model.digest.slice(0, 12)}${resets}`;
}
