import type { ObservedModel, ObservedRunner } from '@cluster-ai/contract/telemetry.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import { closingReasons } from '@cluster-ai/core/batching/batch-counts.ts';
import type { TlsFigures } from '@cluster-ai/platform/tls/certificate-files.ts';
import type { AutomaticReport } from '../batching/automatic-batching.ts';
import type { BatchFiguresSnapshot } from '../batching/batch-figures.ts';
import { Exposition } from './exposition.ts';
import { metricCatalogue as metric } from './metric-catalogue.ts';
import { stageNames, type VariantStats } from './variant-stats.ts';

/** The gateway's state at the moment of a scrape. */
export interface GatewayState {
  /** Its name in the fleet. */
  readonly gateway: string;
  readonly stats: readonly VariantStats[];
  readonly inFlight: number;
  /** Bytes of the bodies of these requests. */
  readonly bodyBytes: number;
  /** Whether the machine's cores are kept from deep sleep. */
  readonly coresAwake: boolean;
  /** Requests that found the gateway full, by what was full. */
  readonly admissionRefused: Readonly<Record<string, number>>;
  readonly queued: number;
  readonly ready: boolean;
  readonly limitsShared: boolean;
  /** Requests that were refused, by reason. */
  readonly limitsRefused: Readonly<Record<string, number>>;
  readonly models: readonly ObservedModel[];
  readonly runners: readonly ObservedRunner[];
  /** Of each version that is loaded. */
  readonly batching: readonly ModelBatching[];
  readonly snapshotVersion: number | null;
  readonly snapshotStalenessSeconds: number | null;
  /** Null for a listener without TLS. */
  readonly tls: TlsFigures | null;
  readonly startedAtMs: number;
}

/** What is counted of the queue and the batches of a model version. */
export interface ModelBatching {
  /** `<name>@<version>`. */
  readonly model: string;
  readonly figures: BatchFiguresSnapshot;
  /** In force. */
  readonly rules: Pick<BatchRules, 'rowsMax' | 'delayMs'>;
  readonly instances: number;
  /** Null for a version without a latency objective. */
  readonly automatic: Pick<AutomaticReport, 'objectiveMs' | 'standing'> | null;
}

/** Renders `/metrics`. All the work of exposing happens here, at the scrape, and none on the request path. */
export function renderMetrics(state: GatewayState): string {
  const page = new Exposition();
  page.begin(metric.info);
  page.sample(metric.info, { gateway: state.gateway }, 1);
  addTraffic(page, state.stats);
  addBatching(page, state.batching);
  addChoices(page, state.batching);
  addNumber(page, metric.inFlight, state.inFlight);
  addNumber(page, metric.bodyBytes, state.bodyBytes);
  addNumber(page, metric.coresAwake, state.coresAwake ? 1 : 0);
  addByReason(page, metric.admissionRefused, state.admissionRefused);
  addNumber(page, metric.queued, state.queued);
  addNumber(page, metric.ready, state.ready ? 1 : 0);
  addNumber(page, metric.limitsShared, state.limitsShared ? 1 : 0);
  addByReason(page, metric.limitsRefused, state.limitsRefused);
  page.begin(metric.modelReady);
  for (const model of state.models) {
    page.sample(metric.modelReady, { model: model.id }, model.state === 'READY' ? 1 : 0);
  }
  page.begin(metric.modelWarmUp);
  for (const { id, warmUpMs } of state.models) {
    if (warmUpMs !== null) page.sample(metric.modelWarmUp, { model: id }, warmUpMs / 1_000);
  }
  if (state.snapshotVersion !== null) addNumber(page, metric.snapshotVersion, state.snapshotVersion);
  if (state.snapshotStalenessSeconds !== null) {
    addNumber(page, metric.snapshotStaleness, state.snapshotStalenessSeconds);
  }
  page.begin(metric.runnerRestarts);
  for (const runner of state.runners) page.sample(metric.runnerRestarts, { runner: runner.id }, runner.restarts);
  page.begin(metric.runnerMemory);
  for (const runner of state.runners) page.sample(metric.runnerMemory, { runner: runner.id }, runner.rssBytes);
  if (state.tls !== null) {
    addNumber(page, metric.tlsNotAfter, state.tls.notAfterMs / 1_000);
    addNumber(page, metric.tlsReloads, state.tls.reloads);
    addNumber(page, metric.tlsReloadFailures, state.tls.reloadFailures);
  }
  addNumber(page, metric.memory, process.memoryUsage.rss());
  const cpu = process.cpuUsage();
  addNumber(page, metric.cpu, (cpu.user + cpu.system) / 1e6);
  addNumber(page, metric.startTime, state.startedAtMs / 1_000);
  return page.text();
}

function addNumber(page: Exposition, declaration: (typeof metric)[keyof typeof metric], value: number): void {
  page.begin(declaration);
  page.sample(declaration, {}, value);
}

function addByReason(
  page: Exposition,
  declaration: (typeof metric)[keyof typeof metric],
  counts: Readonly<Record<string, number>>,
): void {
  page.begin(declaration);
  for (const [reason, count] of Object.entries(counts)) page.sample(declaration, { reason }, count);
}

function addBatching(page: Exposition, batching: readonly ModelBatching[]): void {
  page.begin(metric.batchesClosed);
  for (const { model, figures } of batching) {
    for (const reason of closingReasons) {
      page.sample(metric.batchesClosed, { model, reason }, figures.closed[reason]);
    }
  }
  page.begin(metric.batchRows);
  for (const { model, figures } of batching) page.sizes(metric.batchRows, { model }, figures.sizes, figures.rows);
  page.begin(metric.queueRefused);
  for (const { model, figures } of batching) {
    page.sample(metric.queueRefused, { model, reason: 'full' }, figures.refused.queueFull);
    page.sample(metric.queueRefused, { model, reason: 'timeout' }, figures.refused.queueTimeout);
  }
}

/** What is in force, whether an operator has set it or it was picked for an objective. */
function addChoices(page: Exposition, batching: readonly ModelBatching[]): void {
  page.begin(metric.batchRowsMax);
  for (const { model, rules } of batching) page.sample(metric.batchRowsMax, { model }, rules.rowsMax);
  page.begin(metric.batchDelay);
  for (const { model, rules } of batching) page.sample(metric.batchDelay, { model }, rules.delayMs / 1_000);
  page.begin(metric.instances);
  for (const { model, instances } of batching) page.sample(metric.instances, { model }, instances);
  const wanted = batching.flatMap(({ model, automatic }) => (automatic === null ? [] : [{ model, automatic }]));
  page.begin(metric.latencyObjective);
  for (const { model, automatic } of wanted) {
    page.sample(metric.latencyObjective, { model }, automatic.objectiveMs / 1_000);
  }
  page.begin(metric.latencyObjectiveMissed);
  for (const { model, automatic } of wanted) {
    page.sample(metric.latencyObjectiveMissed, { model }, automatic.standing === 'missed' ? 1 : 0);
  }
}

function addTraffic(page: Exposition, stats: readonly VariantStats[]): void {
  const labelled = stats.map((entry) => ({ entry, labels: { route: entry.route, model: entry.modelId } }));
  page.begin(metric.requests);
  for (const { entry, labels } of labelled) page.sample(metric.requests, labels, entry.requests);
  page.begin(metric.errors);
  for (const { entry, labels } of labelled) {
    for (const [code, count] of entry.errors) page.sample(metric.errors, { ...labels, code }, count);
  }
  page.begin(metric.duration);
  for (const { entry, labels } of labelled) page.histogram(metric.duration, labels, entry.total);
  const routed = labelled.filter(({ entry }) => entry.modelId !== '');
  page.begin(metric.stage);
  for (const { entry, labels } of routed) {
    for (const stage of stageNames) page.histogram(metric.stage, { ...labels, stage }, entry.stages[stage]);
  }
  page.begin(metric.batches);
  for (const { entry, labels } of routed) page.sample(metric.batches, labels, entry.batches);
  page.begin(metric.batchedRows);
  for (const { entry, labels } of routed) page.sample(metric.batchedRows, labels, entry.batchedRows);
}
