import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { TrafficCounters, VariantCounters } from '@cluster-ai/contract/telemetry.ts';
import { piecesOf, requestsOf, spread, trimmed } from './spread.ts';
import type { Counts, Piece } from './spread.ts';

/** Width of the finest buckets of the history, milliseconds. */
export const fineWidthMs = 10_000;

/**
 * Requests of one variant in one of the finest buckets at most: far more than a gateway can answer, and few enough that
 * the sums of the widest buckets fit the column of the database.
 */
export const bucketRequestsMax = 20_000_000;

/**
 * The longest time between two reports that is made up for: its requests are shared out evenly over it. What happened
 * during a longer silence is not known closely enough, and stays a gap.
 */
export const silenceMsMax = 900_000;

/** Of two processes under one name, the one that started later counts; the other one not before its silence. */
const takeOverMs = 10_000;

/** Which process of a gateway was folded last, and up to where. */
export interface GatewayState {
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  /** By the database's clock. */
  readonly foldedAtMs: number;
}

/** Counters as they were folded last. */
export interface SeriesState extends Counts {
  readonly route: string;
  readonly modelId: string;
  /** The process that they belong to. */
  readonly startedAtMs: number;
}

export interface FoldInput {
  /** Null when the gateway was never folded. */
  readonly gateway: GatewayState | null;
  /** Of the variants in the report; those that are not known are missing. */
  readonly series: readonly SeriesState[];
  readonly startedAtMs: number;
  readonly counters: TrafficCounters;
  /** By the database's clock. */
  readonly nowMs: number;
}

/** Requests of one variant in one bucket. */
export interface FoldedPoint extends Counts {
  readonly route: string;
  readonly modelId: string;
  readonly bucketMs: number;
  readonly requests: number;
}

export type Folded =
  /** Older than what was folded already: nothing is to be done. */
  | { readonly kind: 'stale' }
  /** What the counters stood at when measuring began is not known: the gateway must tell all of them. */
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'folded';
      readonly points: readonly FoldedPoint[];
      /** The time that the report covers. */
      readonly measured: readonly Piece[];
    };

/**
 * Turns counters that only grow into what happened since the last report. The same report twice, reports in the wrong
 * order and reports that got lost change nothing about the sums; a process that has started again begins at 0.
 * @throws ClusterError INVALID_ARGUMENT for more requests than there can have been in the time.
 */
export function foldReport(input: FoldInput): Folded {
  const { gateway, startedAtMs, counters, nowMs } = input;
  const same = gateway !== null && gateway.startedAtMs === startedAtMs;
  if (gateway !== null) {
    const older = same
      ? counters.elapsedMs <= gateway.elapsedMs
      : startedAtMs < gateway.startedAtMs && nowMs - gateway.foldedAtMs < takeOverMs;
    if (older) return { kind: 'stale' };
  }
  const coveredMs = counters.elapsedMs - (same ? gateway.elapsedMs : 0);
  // A process that comes back after a later one of its name was counted before, up to nobody knows where.
  const comesBack = gateway !== null && startedAtMs < gateway.startedAtMs;
  const isGap = comesBack || coveredMs > silenceMsMax;
  // After a gap, as for a process that is not known, variants that are left out could be told of much later.
  if ((!same || isGap) && !counters.complete) return { kind: 'incomplete' };
  if (isGap) return { kind: 'folded', points: [], measured: [] };
  const measured = piecesOf(nowMs - coveredMs, nowMs, fineWidthMs);
  const known = new Map(
    input.series
      .filter((series) => series.startedAtMs === startedAtMs)
      .map((series) => [keyOf(series), series] as const),
  );
  const points = counters.variants.flatMap((variant) => pointsOf(variant, known.get(keyOf(variant)), measured));
  return { kind: 'folded', points, measured };
}

function keyOf({ route, modelId }: { readonly route: string; readonly modelId: string }): string {
  return `${route}\u0000${modelId}`;
}

function pointsOf(variant: VariantCounters, before: Counts | undefined, measured: readonly Piece[]): FoldedPoint[] {
  const { route, modelId } = variant;
  const shares = spread(
    difference(variant, before),
    measured.map(({ durationMs }) => durationMs),
  );
  return shares.flatMap((counts, index) => {
    const piece = measured[index];
    const requests = requestsOf(counts);
    if (piece === undefined || requests === 0) return [];
    if (requests > bucketRequestsMax) throw tooMany(variant, requests);
    return [{ route, modelId, bucketMs: piece.bucketMs, requests, ...counts }];
  });
}

function tooMany({ route, modelId }: VariantCounters, requests: number): ClusterError {
  return new ClusterError(
    'INVALID_ARGUMENT',
    `the counters of route ${JSON.stringify(route)}, model ${JSON.stringify(modelId)}, grew by ${requests} requests within ${fineWidthMs / 1_000} seconds; at most ${bucketRequestsMax} are believed`,
  );
}

/** Counters of one process never shrink; should they, nothing is taken away. Faults are errors, and errors are requests. */
function difference(now: Counts, before: Counts = { errors: 0, faults: 0, latency: [] }): Counts {
  const latency = trimmed(now.latency.map((count, bucket) => Math.max(0, count - (before.latency[bucket] ?? 0))));
  const errors = Math.min(requestsOf({ latency }), Math.max(0, now.errors - before.errors));
  return { latency, errors, faults: Math.min(errors, Math.max(0, now.faults - before.faults)) };
}
