import { adviseBatching, type Advice } from '@cluster-ai/core/batching/advise.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import type { BatchFiguresSnapshot } from '../batching/batch-figures.ts';
import { variantOfVersion, type RouteTable, type ServingVariant } from '../routing/route-table.ts';

/** How the requests of one version become runs, what came of it, and what to change. */
export interface VersionExplanation {
  readonly version: string;
  /** Requests that wait at this moment. */
  readonly waiting: number;
  readonly rules: BatchRules;
  /** Why requests are not merged; empty when they are. */
  readonly apartReason: string;
  readonly figures: BatchFiguresSnapshot;
  readonly advice: readonly Advice[];
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

function explain({ model, executor, batcher }: ServingVariant): VersionExplanation {
  const { rules } = batcher;
  const { apartReason } = executor;
  const figures = batcher.figures.snapshot();
  const { queue, compute, refused, takenApart } = figures;
  return {
    version: String(model.version),
    waiting: batcher.queued,
    rules,
    apartReason,
    figures,
    advice: adviseBatching({
      rules,
      apartReason,
      counts: figures,
      queueP50Ms: queue.p50Ms,
      computeP50Ms: compute.p50Ms,
      refused,
      takenApart,
    }),
  };
}
