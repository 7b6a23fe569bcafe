import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel, ObservedRunner, RunnerConfinement } from '@cluster-ai/contract/telemetry.ts';
import { warmUpSizes } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { monotonicMs } from '@cluster-ai/platform/process/monotonic-time.ts';
import type { LoadOrder, LoadReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { instancesMaxOf, instancesOf, preferredRows } from '../configuration/run-settings.ts';
import { confineRunners, type Confinement } from '../confinement/confinement.ts';
import { memoryBytesDefault } from '../confinement/memory.ts';
import type { ModelExecutor, ModelHost } from './executor.ts';
import { HostedModel } from './hosted-model.ts';
import { InlineGuard } from './inline-guard.ts';
import { InlineInstance } from './inline-instance.ts';
import { orderOf } from './load-order.ts';
import { LoadPace } from './load-pace.ts';
import { ModelInstance } from './model-instance.ts';
import { chooseIsolation, isFromOutside, type Isolation, type RunnerIsolation } from './placement.ts';
import { Prober } from './prober.ts';
import { reportWarmUp } from './report-warm-up.ts';
import { Runner, type RunnerCrash } from './runner.ts';
import { StrikeLedger } from './strike-ledger.ts';

/** Failed loads in a row, after a successful probe, until a model is given up. */
const loadFailuresMax = 5;
const statsEveryMs = 1_000;
const drainCheckMs = 10;
const scaleCheckMs = 10;
/** A model serves that was asked for so lately. */
const servingWithinMs = 1_000;

export interface ModelHostOptions {
  /** Folder of this gateway. */
  readonly home: string;
  /** Holds the folders of all models. */
  readonly modelsFolder: string;
  readonly runner: GatewayConfig['runner'];
  /** Rows of a merged batch for models that do not say. */
  readonly rowsMax: number;
  /** What decides how many instances a model may be given for an objective. */
  readonly batching: Pick<GatewayConfig['batching'], 'latencyObjectiveMs' | 'instancesMax'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** An observed state changed. */
  readonly onChange: () => void;
}

/** Starts with no process at all; the first model brings the first runner. */
export function createModelHost(options: ModelHostOptions): ModelHost {
  return new ProcessModelHost(options);
}

type Suspicion = Pick<HostedModel, 'kills' | 'isSuspect'>;

interface Entry {
  readonly hosted: HostedModel;
  /** What its instances are loaded with; null before the probe has passed it. */
  order: LoadOrder | null;
  /** Its copies in runners; empty before its probe has passed it, and while it is inline. */
  instances: readonly ModelInstance[];
  /** One that was added to a model that serves, and is not loaded yet; how its load failed. */
  growing: { readonly instance: ModelInstance; error: ClusterError | null } | null;
  /** Its copy in this process. */
  inline: InlineInstance | null;
  /** Where its instances are; null before they are placed. */
  runner: Runner | null;
  /** Settles when every instance is loaded for the first time, or the model is given up. */
  readonly firstLoad: PromiseWithResolvers<void>;
}

class ProcessModelHost implements ModelHost {
  private readonly options: ModelHostOptions;
  private readonly entries = new Map<string, Entry>();
  private readonly runners = new Set<Runner>();
  private readonly prober: Prober;
  private readonly pace: LoadPace;
  private shared: Runner | null = null;
  private lastInstanceKey = 0;
  private lastRunnerNumber = 0;
  private closing = false;
  private readonly ledger: StrikeLedger;
  private readonly guard: InlineGuard;
  private confining: Promise<Confinement> | null = null;
  private confined: Confinement | null = null;
  private readonly statsTimer: NodeJS.Timeout;
  private readonly hangTimer: NodeJS.Timeout;

  constructor(options: ModelHostOptions) {
    this.options = options;
    const { log, clock, runner: rule } = options;
    this.ledger = new StrikeLedger({ file: path.join(options.home, 'runner-crashes.json'), rule, clock, log });
    const starts = path.join(options.home, 'inline-starts.json');
    this.prober = new Prober({ clock });
    this.pace = new LoadPace(clock, availableParallelism());
    this.guard = new InlineGuard({ file: starts, windowMs: rule.crashWindowMs, clock, log });
    this.statsTimer = setInterval(() => this.runners.forEach((runner) => runner.requestStats()), statsEveryMs).unref();
    // Looked at after the sockets were read: a gateway that was itself held up must not blame its runners.
    const check = (): void => this.runners.forEach((runner) => runner.killIfHung(options.clock.nowMs()));
    const hangCheckMs = Math.min(1_000, Math.ceil(options.runner.executionTimeoutMs / 10));
    this.hangTimer = setInterval(() => setImmediate(check), hangCheckMs).unref();
  }

  async load(model: SnapshotModel, folder: string): Promise<ModelExecutor> {
    this.assertOpen();
    const before = this.entries.get(model.id);
    if (before !== undefined && before.hosted.state !== 'FAILED') {
      throw new ClusterError('INTERNAL', `model '${model.id}' is loaded already`);
    }
    const outOfService = this.ledger.outOfService(model.id);
    if (outOfService !== null) throw new ClusterError('MODEL_OUT_OF_SERVICE', outOfService);
    const hosted = new HostedModel(model, this.isolationFor(model, { kills: 0, isSuspect: false }));
    const firstLoad = Promise.withResolvers<void>();
    const entry: Entry = { hosted, order: null, instances: [], growing: null, inline: null, runner: null, firstLoad };
    // It may be rejected before anyone waits for it: by an unload during the probe.
    entry.firstLoad.promise.catch(() => undefined);
    this.entries.set(model.id, entry);
    this.options.onChange();
    try {
      const order = await this.probe(entry, folder);
      await this.keepPace(entry);
      this.assertWanted(hosted);
      if (hosted.isolation === 'inline') await this.takeIn(entry, order);
      if (hosted.isolation !== 'inline') this.place(entry, hosted.isolation);
      await entry.firstLoad.promise;
    } catch (thrown) {
      const error = toClusterError(thrown);
      this.giveUp(entry, error);
      throw error;
    }
    return hosted;
  }

  async scale(modelId: string, instances: number): Promise<void> {
    const entry = this.entries.get(modelId);
    if (entry === undefined || entry.hosted.state !== 'READY' || entry.runner === null) {
      throw new ClusterError(
        'MODEL_NOT_READY',
        `model '${entry?.hosted.label ?? modelId}' cannot be given instances now`,
      );
    }
    while (entry.instances.length < instances) await this.addInstance(entry);
    while (entry.instances.length > instances) await this.dropInstance(entry);
  }

  async unload(modelId: string): Promise<void> {
    const entry = this.entries.get(modelId);
    if (entry === undefined) return;
    this.setState(entry, 'UNLOADING', '');
    entry.firstLoad.reject(unloadedMeanwhile(entry.hosted));
    await this.release(entry);
    if (this.entries.get(modelId) === entry) this.entries.delete(modelId);
    this.options.onChange();
  }

  observedModels(): ObservedModel[] {
    return [...this.entries.values()].map(({ hosted }) => hosted.observed());
  }

  failure(modelId: string): ClusterError | null {
    return this.entries.get(modelId)?.hosted.failure ?? null;
  }

  forgetOthers(wantedIds: ReadonlySet<string>): void {
    for (const [id, { hosted }] of this.entries) {
      if (hosted.state === 'FAILED' && !wantedIds.has(id)) this.entries.delete(id);
    }
    this.ledger.keepOnly(wantedIds);
  }

  get confinement(): RunnerConfinement | null {
    return this.confined?.report ?? null;
  }

  observedRunners(): ObservedRunner[] {
    return [...this.runners].map((runner) => runner.observed());
  }

  async close(): Promise<void> {
    this.closing = true;
    const { clock, log, runner } = this.options;
    const deadlineMs = clock.nowMs() + runner.drainTimeoutMs;
    const runs = (): number => [...this.entries.values()].reduce((sum, { hosted }) => sum + hosted.runsInFlight, 0);
    while (runs() > 0 && clock.nowMs() < deadlineMs) {
      await new Promise((resolve) => void setTimeout(resolve, drainCheckMs));
    }
    if (runs() > 0) log.warn({ runs: runs() }, 'runs are cut because they outlasted the drain timeout');
    clearInterval(this.statsTimer);
    clearInterval(this.hangTimer);
    await Promise.all([...this.runners].map((each) => each.end()));
    for (const { inline } of this.entries.values()) await inline?.unload();
    this.guard.leave();
    await this.ledger.written();
  }

  /** Found out once, with the first model. */
  private confine(): Promise<Confinement> {
    const { home, modelsFolder, log, runner } = this.options;
    this.confining ??= confineRunners({
      home,
      modelsFolder,
      log,
      memoryBytesMax: runner.memoryBytesMax ?? memoryBytesDefault(),
      wanted: runner.confinement,
    }).then((confinement) => {
      this.confined = confinement;
      return confinement;
    });
    // What passes is tried again with the next model.
    this.confining.catch(() => (this.confining = null));
    return this.confining;
  }

  private assertOpen(): void {
    if (this.closing) throw new ClusterError('SHUTTING_DOWN', 'the gateway is stopping');
  }

  private assertWanted(hosted: HostedModel): void {
    if (hosted.state !== 'LOADING') throw unloadedMeanwhile(hosted);
    this.assertOpen();
  }

  private isolationFor({ id, name, settings, files }: SnapshotModel, { kills, isSuspect }: Suspicion): Isolation {
    const sizeBytes = files.reduce((sum, file) => sum + file.size, 0);
    const { inlineModels, inlineBytesMax } = this.options.runner;
    return chooseIsolation({
      setting: settings.isolation,
      sizeBytes,
      strikes: this.ledger.strikes(id),
      kills,
      isSuspect,
      dedicatedFromBytes: this.options.runner.dedicatedFromBytes,
      mayBeInline: inlineModels.includes(name) && sizeBytes <= inlineBytesMax && this.guard.refusal() === null,
    });
  }

  private async probe(entry: Entry, folder: string): Promise<LoadOrder> {
    const { model, label } = entry.hosted;
    const order = await orderOf(model, folder, this.options);
    const { log, clock, runner } = this.options;
    const confinement = await this.confine();
    const { loadTimeoutMs } = runner;
    const report = await this.prober.run(model, order, { modelId: label, loadTimeoutMs, confinement, log, clock });
    entry.hosted.accept(report);
    const warmUpRows = report.warmUpSize === null ? [] : warmUpSizes(report.rowsMax, preferredRows(model.settings));
    entry.order = { ...order, warmUpSize: report.warmUpSize, warmUpRows };
    return entry.order;
  }

  /** Waits while loads before this one have taken enough from models that serve. */
  private async keepPace(entry: Entry): Promise<void> {
    const mustWait = (): boolean => entry.hosted.state === 'LOADING' && !this.closing && this.othersServe(entry);
    if (this.pace.pauseMs === 0 || !mustWait()) return;
    const seconds = (this.pace.pauseMs / 1_000).toFixed(1);
    this.setState(entry, 'LOADING', `waits up to ${seconds} s: models were loaded just before, and others serve`);
    await this.pace.wait(mustWait);
    if (entry.hosted.state === 'LOADING') this.setState(entry, 'LOADING', '');
  }

  private othersServe(entry: Entry): boolean {
    const sinceMs = monotonicMs() - servingWithinMs;
    return [...this.entries.values()].some(
      (other) => other !== entry && other.instances.some(({ lastRunAtMs }) => lastRunAtMs > sinceMs),
    );
  }

  /** Loads the model into this process, or decides against it: then it has another isolation. */
  private async takeIn(entry: Entry, order: LoadOrder): Promise<void> {
    const { hosted } = entry;
    await this.guard.enter();
    const loaded = await InlineInstance.load(order, () => hosted.placeIsFree());
    if (typeof loaded === 'string') {
      hosted.notInlineBecause = `not run inside the gateway: ${loaded}`;
      this.options.log.warn({ model: hosted.label }, hosted.notInlineBecause);
      hosted.isolation = hosted.model.settings.isolation ?? 'shared';
      return;
    }
    entry.inline = loaded;
    hosted.instances = [loaded];
    if (hosted.state !== 'LOADING') {
      await loaded.unload();
      throw unloadedMeanwhile(hosted);
    }
    this.modelLoaded(entry, loaded.report);
  }

  private newInstance({ model, label }: HostedModel): ModelInstance {
    this.lastInstanceKey += 1;
    return new ModelInstance(model.id, label, this.lastInstanceKey, this.options.runner);
  }

  private place(entry: Entry, isolation: RunnerIsolation): void {
    const { hosted } = entry;
    if (entry.instances.length === 0) {
      const count = instancesOf(hosted.model.settings);
      entry.instances = Array.from({ length: count }, () => this.newInstance(hosted));
      hosted.instances = entry.instances;
    }
    const { instances } = entry;
    const runner = isolation === 'shared' ? this.sharedRunner() : this.newRunner('dedicated', this.slotsFor(entry));
    entry.runner = runner;
    for (const instance of instances) runner.add(instance);
  }

  /** Threads for every instance that it has, or may be given. */
  private slotsFor({ instances, hosted }: Entry): number {
    return Math.max(instances.length, instancesMaxOf(hosted.model.settings, this.options.batching));
  }

  private sharedRunner(): Runner {
    if (this.shared === null || !this.shared.usable) {
      this.shared = this.newRunner('shared', this.options.runner.slotsMax);
    }
    return this.shared;
  }

  private newRunner(isolation: RunnerIsolation, slots: number): Runner {
    if (this.confined === null) throw new ClusterError('INTERNAL', 'a runner was wanted before the first probe');
    this.lastRunnerNumber += 1;
    const runner = new Runner({
      id: `${isolation}-${this.lastRunnerNumber}`,
      isolation,
      slots,
      confinement: this.confined,
      log: this.options.log,
      clock: this.options.clock,
      load: (instance) => this.loadInstance(instance),
      onLoaded: (instance, report) => this.instanceLoaded(instance, report),
      onLoadFailed: (instance, error) => this.loadFailed(instance, error),
      onCrash: (crashed, crash) => this.runnerCrashed(crashed, crash),
      onEnd: (ended) => void this.runners.delete(ended),
    });
    this.runners.add(runner);
    return runner;
  }

  private loadInstance(instance: ModelInstance): Promise<LoadReport> {
    const order = this.entries.get(instance.modelId)?.order;
    if (order === null || order === undefined) {
      throw new ClusterError('INTERNAL', `model '${instance.modelId}' was placed before its probe`);
    }
    return instance.load(order);
  }

  private instanceLoaded(instance: ModelInstance, report: LoadReport): void {
    const entry = this.entries.get(instance.modelId);
    if (entry !== undefined) this.modelLoaded(entry, report);
  }

  private modelLoaded(entry: Entry, report: LoadReport): void {
    this.pace.ended(report.loadMs + report.warmUpMs);
    entry.hosted.instanceLoaded(report);
    reportWarmUp(entry.hosted.label, report, this.options);
    if (entry.hosted.state === 'READY') entry.firstLoad.resolve();
    this.options.onChange();
  }

  private async addInstance(entry: Entry): Promise<void> {
    const { hosted, runner } = entry;
    const instance = this.newInstance(hosted);
    const growing: NonNullable<Entry['growing']> = { instance, error: null };
    entry.growing = growing;
    this.setInstances(entry, [...entry.instances, instance]);
    runner?.add(instance);
    while (!instance.ready && growing.error === null && isServed(hosted)) {
      await new Promise((resolve) => void setTimeout(resolve, scaleCheckMs));
    }
    entry.growing = null;
    if (growing.error !== null) throw growing.error;
    if (!isServed(hosted)) throw unloadedMeanwhile(hosted);
  }

  /** The model has served without it and goes on doing so. */
  private async dropInstance(entry: Entry): Promise<void> {
    const instance = entry.instances.at(-1);
    if (instance === undefined) return;
    this.setInstances(entry, entry.instances.slice(0, -1));
    await entry.runner?.remove(instance);
    this.options.onChange();
  }

  private setInstances(entry: Entry, instances: readonly ModelInstance[]): void {
    entry.instances = instances;
    entry.hosted.instances = instances;
  }

  private loadFailed(instance: ModelInstance, error: ClusterError): void {
    const entry = this.entries.get(instance.modelId);
    if (entry === undefined) return;
    if (entry.growing?.instance === instance) {
      entry.growing.error = error;
      void this.dropInstance(entry);
      return;
    }
    this.prober.forget(entry.hosted.model, entry.order);
    this.options.log.error({ model: entry.hosted.label, error }, 'a model that passed its probe could not be loaded');
    this.countLoadFailure(entry, error);
  }

  private countLoadFailure(entry: Entry, error: ClusterError): void {
    entry.hosted.loadFailures += 1;
    if (entry.hosted.loadFailures >= loadFailuresMax) this.giveUp(entry, error);
  }

  private runnerCrashed(runner: Runner, { how, suspectIds, affectedIds }: RunnerCrash): void {
    this.options.log.error({ runner: runner.options.id, models: affectedIds, suspects: suspectIds }, `a runner ${how}`);
    for (const id of affectedIds) {
      const entry = this.entries.get(id);
      if (entry?.hosted.state === 'READY') {
        this.setState(entry, 'LOADING', `its runner ${how}; it is being loaded again`);
      }
    }
    for (const id of suspectIds) this.blame(id, runner, how, suspectIds.length === 1);
  }

  /** @param isAlone nobody else can have been the cause: only that counts against a model. */
  private blame(modelId: string, runner: Runner, how: string, isAlone: boolean): void {
    const entry = this.entries.get(modelId);
    if (entry === undefined || entry.hosted.state !== 'LOADING') return;
    const { hosted } = entry;
    this.prober.forget(hosted.model, entry.order);
    if (isFromOutside(how)) hosted.kills += 1;
    else if (!isAlone) hosted.isSuspect = true;
    else if (this.ledger.add(modelId)) {
      this.takeOut(entry, how);
      return;
    }
    this.countLoadFailure(
      entry,
      new ClusterError('RUNNER_CRASHED', `its runner ${how} ${hosted.loadFailures + 1} times in a row`),
    );
    // What has been in a runner stays in one.
    const isolation = runnerIsolationOf(this.isolationFor(hosted.model, hosted));
    hosted.isolation = isolation;
    if (hosted.state === 'FAILED' || isolation === runner.options.isolation) return;
    this.options.log.warn(
      { model: hosted.label },
      `the model gets a runner of its own because a runner ${how} under it`,
    );
    for (const instance of entry.instances) runner.withdraw(instance);
    this.place(entry, isolation);
  }

  /** It brought runners down too often: nothing but an operator starts it again, not even a new start of the gateway. */
  private takeOut(entry: Entry, how: string): void {
    const { label, model } = entry.hosted;
    const { crashesMax, crashWindowMs } = this.options.runner;
    const often =
      crashesMax === 1 ? '' : `, the ${ordinal(crashesMax)} time within ${Math.round(crashWindowMs / 60_000)} minutes`;
    const reason = `out of service: its runner ${how}${often}; \`cluster-ai model reset ${model.name} ${model.version}\` starts it again`;
    this.ledger.takeOut(model.id, reason);
    this.options.log.error({ model: label }, `the model is out of service: its runner ${how}${often}`);
    this.giveUp(entry, new ClusterError('MODEL_OUT_OF_SERVICE', reason));
  }

  /** The model cannot be served: its memory is given back, and only another `load` brings it back. */
  private giveUp(entry: Entry, error: ClusterError): void {
    if (entry.hosted.state === 'LOADING' || entry.hosted.state === 'READY') {
      entry.hosted.fail(error);
      this.options.onChange();
    }
    entry.firstLoad.reject(error);
    void this.release(entry);
  }

  private async release(entry: Entry): Promise<void> {
    const { runner, instances, inline } = entry;
    if (runner !== null) await Promise.all(instances.map((instance) => runner.remove(instance)));
    await inline?.unload();
  }

  private setState(entry: Entry, state: ObservedModel['state'], reason: string): void {
    entry.hosted.setState(state, reason);
    this.options.onChange();
  }
}

function unloadedMeanwhile({ label }: HostedModel): ClusterError {
  return new ClusterError('MODEL_NOT_READY', `model '${label}' was unloaded before it was ready`);
}

/** Not given up, nor unloaded; it may be loading again after a crash. */
function isServed({ state }: HostedModel): boolean {
  return state === 'READY' || state === 'LOADING';
}

function runnerIsolationOf(isolation: Isolation): RunnerIsolation {
  return isolation === 'inline' ? 'shared' : isolation;
}

/** 2nd, 3rd, 4th: of how many times. */
function ordinal(count: number): string {
  const suffixes: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
  return `${count}${suffixes[new Intl.PluralRules('en', { type: 'ordinal' }).select(count)] ?? 'th'}`;
}
