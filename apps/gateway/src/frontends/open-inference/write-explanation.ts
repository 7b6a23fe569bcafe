import type { AutomaticReport } from '../../batching/automatic-batching.ts';
import type { TimesSnapshot } from '../../batching/batch-figures.ts';
import type { VersionExplanation } from '../../open-inference/model-explain.ts';

/** @returns the JSON of `GET /v2/models/{name}/explain`, an extension of our own: field names as in `config.pbtxt`. */
export function explanationDocument(name: string, versions: readonly VersionExplanation[]): string {
  return JSON.stringify({
    model_name: name,
    versions: versions.map(({ version, waiting, rules, origins, apartReason, figures, advice, automatic }) => ({
      version,
      batching: {
        max_batch_rows: rules.rowsMax,
        requests_stay_apart: apartReason === '' ? null : apartReason,
        preferred_batch_size: rules.rowsMax === 0 ? [] : rules.preferredRows,
        max_queue_delay_microseconds: Math.round(rules.delayMs * 1_000),
        preserve_ordering: rules.keepsOrder,
        priority_levels: rules.levels,
        rows_are_of: origins.rows,
        delay_is_of: origins.delay,
        rest_is_of: origins.rest,
      },
      waiting,
      batches: {
        count: figures.batches,
        requests: figures.requests,
        rows: figures.rows,
        mean_rows: figures.batches === 0 ? null : figures.rows / figures.batches,
        closed: figures.closed,
        sizes: figures.sizes.map(({ rowsMax, batches }) => ({ rows_max: rowsMax, batches })),
        taken_apart: figures.takenApart,
      },
      queue: timesOf(figures.queue),
      compute: timesOf(figures.compute),
      refused: { queue_full: figures.refused.queueFull, queue_timeout: figures.refused.queueTimeout },
      advice,
      ...(automatic === undefined ? {} : automaticOf(automatic)),
    })),
  });
}

/** What a latency objective has led to: field names as in `batching`. */
function automaticOf({ objectiveMs, standing, p99Ms, choice, decisions }: AutomaticReport) {
  return {
    objective: {
      latency_objective_ms: objectiveMs,
      standing,
      p99_ms: p99Ms,
      max_batch_rows: choice.rowsMax,
      max_queue_delay_microseconds: Math.round(choice.delayMs * 1_000),
      instances: choice.instances,
    },
    decisions: decisions.map(({ what, chosen, because, atMs }) => ({
      what,
      chosen,
      because,
      at: new Date(atMs).toISOString(),
    })),
  };
}

function timesOf({ count, meanMs, p50Ms, p99Ms }: TimesSnapshot) {
  return { count, mean_ms: meanMs, p50_ms: p50Ms, p99_ms: p99Ms };
}
