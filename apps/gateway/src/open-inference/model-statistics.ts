import type { ActiveRoute, RouteTable, ServingVariant } from '../routing/route-table.ts';
import { variantOfVersion } from '../routing/route-table.ts';
import type { TimedCount } from '../telemetry/inference-statistics.ts';

/** How often, and for how long altogether. */
export interface StatisticDuration {
  readonly count: number;
  readonly ns: number;
}

export interface ModelBatchStatistics {
  readonly batchSize: number;
  readonly computeInput: StatisticDuration;
  readonly computeInfer: StatisticDuration;
  readonly computeOutput: StatisticDuration;
}

/** The statistics extension's words for one version of a model, whatever the transport. */
export interface ModelStatistics {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970; 0 before the first. */
  readonly lastInferenceMs: number;
  readonly inferenceCount: number;
  readonly executionCount: number;
  readonly success: StatisticDuration;
  readonly fail: StatisticDuration;
  readonly queue: StatisticDuration;
  readonly computeInput: StatisticDuration;
  readonly computeInfer: StatisticDuration;
  readonly computeOutput: StatisticDuration;
  /** There is no response cache: always nothing. */
  readonly cacheHit: StatisticDuration;
  readonly cacheMiss: StatisticDuration;
  /** By batch size. */
  readonly batches: readonly ModelBatchStatistics[];
}

/**
 * The statistics of what serves at this moment, by name and version.
 * @param name null for every name that `covers` allows. @param version null for every version.
 * @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY.
 */
export function readModelStatistics(
  routes: RouteTable,
  name: string | null,
  version: string | null,
  covers: (name: string) => boolean = () => true,
): ModelStatistics[] {
  if (name === null) {
    return routes
      .all()
      .filter((route) => covers(route.name))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
      .flatMap(ofRoute);
  }
  const route = routes.find(name);
  return version === null ? ofRoute(route) : [ofVariant(route.name, variantOfVersion(route, version))];
}

function ofRoute(route: ActiveRoute): ModelStatistics[] {
  return route.serving
    .toSorted((left, right) => left.model.version - right.model.version)
    .map((variant) => ofVariant(route.name, variant));
}

function ofVariant(name: string, { model, stats }: ServingVariant): ModelStatistics {
  const { inference } = stats;
  return {
    name,
    version: String(model.version),
    lastInferenceMs: inference.lastInferenceMs,
    inferenceCount: inference.inferenceCount,
    executionCount: inference.executionCount,
    success: durationOf(inference.success),
    fail: durationOf(inference.fail),
    queue: durationOf(inference.queue),
    computeInput: durationOf(inference.computeInput),
    computeInfer: durationOf(inference.computeInfer),
    computeOutput: durationOf(inference.computeOutput),
    cacheHit: { count: 0, ns: 0 },
    cacheMiss: { count: 0, ns: 0 },
    batches: [...inference.batches]
      .toSorted(([left], [right]) => left - right)
      .map(([batchSize, batch]) => ({
        batchSize,
        computeInput: durationOf(batch.computeInput),
        computeInfer: durationOf(batch.computeInfer),
        computeOutput: durationOf(batch.computeOutput),
      })),
  };
}

function durationOf({ count, ns }: TimedCount): StatisticDuration {
  return { count, ns };
}
