import { latencyBuckets } from '@cluster-ai/contract/telemetry.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/**
 * The sum of a group's `latency` arrays, element by element, as long as the longest of them. One sum for each element
 * is several times as fast as taking the arrays apart and grouping by position.
 */
export function sumLatency(): RawBuilder<string[]> {
  const sums = Array.from(
    { length: latencyBuckets },
    (_, index) => sql`coalesce(sum(latency[${sql.lit(index + 1)}]), 0)`,
  );
  return sql<string[]>`(array[${sql.join(sums)}])[1:max(cardinality(latency))]`;
}
