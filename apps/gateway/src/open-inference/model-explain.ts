import { adviseBatching, type Advice } from '@cluster-ai/core/batching/advise.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import type { AutomaticReport } from '../batching/automatic-batching.ts';
import type { BatchFiguresSnapshot } from '../batching/batch-figures.ts';
import { instancesOf } from '../configuration/run-settings.ts';
import { variantOfVersion, type RouteTable, type ServingVariant } from '../routing/route-table.ts';

/**
 * Who decided: an operator's setting, the version's own configuration, this gateway where neither says anything, or what
 * is picked for a latency objective.
 */
type RuleOrigin = 'setting' | 'configuration' | 'gateway' | 'automatic';

/** How the requests of one version become runs, what came of it, and what to change. */
export interface VersionExplanation {
  readonly version: string;
  /** Requests that wait at this moment. */
  readonly waiting: number;
  readonly rules: BatchRules;
  /** Who says how many rows, how long they wait for others, and the rest of the rules. */
  readonly origins: { readonly rows: RuleOrigin; readonly delay: RuleOrigin; readonly rest: RuleOrigin };
  /** Why requests are not merged; empty when they are. */
  readonly apartReason: string;
  readonly figures: BatchFiguresSnapshot;
  readonly advice: readonly Advice[];
  /** What is picked for its latency objective, and why; absent without one. */
  readonly automatic?: AutomaticReport;
}

/**
 * Explains the versions that serve a name at this moment, on this gateway.
 * @param version null for all of them.
 * @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY.
 */
export function explainModel(routes: RouteTable, name: string, version: string | null): VersionExplanation[] {
  const route = routes.find(name);
  if (version !== null) return [explain(variantOfVersion(route, version))];
  return route.serving.toSorted((left, right) => left.model.version - right.model.version).map(explain);
}

/** Explains one version that serves. */
export function explain({ model, executor, batcher, automatic }: ServingVariant): VersionExplanation {
  const { rules } = batcher;
  const { apartReason } = executor;
  const figures = batcher.figures.snapshot();
  const { queue, compute, refused, takenApart } = figures;
  const picked = automatic?.report();
  return {
    version: String(model.version),
    waiting: batcher.queued,
    rules,
    origins: originsOf(model.settings, picked?.fixed),
    apartReason,
    figures,
    advice: adviseBatching({
      rules,
      instances: picked?.choice.instances ?? instancesOf(model.settings),
      apartReason,
      counts: figures,
      queueP50Ms: queue.p50Ms,
      computeP50Ms: compute.p50Ms,
      refused,
      takenApart,
      ...(picked === undefined ? {} : { objective: picked.standing === 'missed' ? 'missed' : 'open' }),
    }),
    ...(picked === undefined ? {} : { automatic: picked }),
  };
}

/** @param fixed what is not picked for an objective; undefined without one. */
function originsOf(
  { maxBatchSize, configuration }: ModelSettings,
  fixed: AutomaticReport['fixed'] | undefined,
): VersionExplanation['origins'] {
  const batching = configuration?.dynamicBatching ?? configuration?.sequenceBatching ?? null;
  const says = configuration !== undefined && configuration.maxBatchSize !== null;
  const rest = batching === null ? 'gateway' : 'configuration';
  const rows = maxBatchSize !== undefined ? 'setting' : says ? 'configuration' : 'gateway';
  return {
    rows: fixed?.rows === false ? 'automatic' : rows,
    delay: fixed?.delay === false ? 'automatic' : rest,
    rest,
  };
}
