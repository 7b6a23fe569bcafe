import type { ModelStatistics, StatisticDuration } from '../../open-inference/model-statistics.ts';

/** The document of the statistics extension, as perf_analyzer reads it. */
export function statisticsDocument(statistics: readonly ModelStatistics[]): string {
  return JSON.stringify({ model_stats: statistics.map(modelDocument) });
}

function modelDocument(model: ModelStatistics): object {
  return {
    name: model.name,
    version: model.version,
    last_inference: model.lastInferenceMs,
    inference_count: model.inferenceCount,
    execution_count: model.executionCount,
    inference_stats: {
      success: duration(model.success),
      fail: duration(model.fail),
      queue: duration(model.queue),
      compute_input: duration(model.computeInput),
      compute_infer: duration(model.computeInfer),
      compute_output: duration(model.computeOutput),
      cache_hit: duration(model.cacheHit),
      cache_miss: duration(model.cacheMiss),
    },
    response_stats: {},
    batch_stats: model.batches.map((batch) => ({
      batch_size: batch.batchSize,
      compute_input: duration(batch.computeInput),
      compute_infer: duration(batch.computeInfer),
      compute_output: duration(batch.computeOutput),
    })),
    memory_usage: [],
  };
}

function duration({ count, ns }: StatisticDuration): object {
  return { count, ns };
}
