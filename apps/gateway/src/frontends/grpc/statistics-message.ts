import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import type { ModelStatistics, StatisticDuration } from '../../open-inference/model-statistics.ts';

/** What the statistics extension tells of a version, as the message ModelStatistics. */
export function statisticsMessage(statistics: ModelStatistics): ProtoObject {
  const { success, fail, queue, computeInput, computeInfer, computeOutput, cacheHit, cacheMiss } = statistics;
  return {
    name: statistics.name,
    version: statistics.version,
    last_inference: statistics.lastInferenceMs,
    inference_count: statistics.inferenceCount,
    execution_count: statistics.executionCount,
    inference_stats: {
      success: duration(success),
      fail: duration(fail),
      queue: duration(queue),
      compute_input: duration(computeInput),
      compute_infer: duration(computeInfer),
      compute_output: duration(computeOutput),
      cache_hit: duration(cacheHit),
      cache_miss: duration(cacheMiss),
    },
    batch_stats: statistics.batches.map((batch) => ({
      batch_size: batch.batchSize,
      compute_input: duration(batch.computeInput),
      compute_infer: duration(batch.computeInfer),
      compute_output: duration(batch.computeOutput),
    })),
  };
}

function duration({ count, ns }: StatisticDuration): ProtoObject {
  return { count, ns };
}
