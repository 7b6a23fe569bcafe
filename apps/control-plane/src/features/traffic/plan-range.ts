import { trafficPointsMax } from '@cluster-ai/contract/api/traffic.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { keptMs, widthsSeconds } from './widths.ts';
import type { WidthSeconds } from './widths.ts';

export interface RangeRequest {
  readonly from: number;
  readonly to: number;
  /** Seconds. */
  readonly step?: number | undefined;
}

/** What is read for a range: which buckets, and how many of them make one step. */
export interface RangePlan {
  /** Whole steps around the range, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
  readonly width: WidthSeconds;
}

/** Steps that people read easily, seconds; each is a whole number of every width that is not wider. */
const readableSteps = [
  10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/**
 * Chooses the step of a range, so that there are at most 600 points, and the buckets that are still kept for it.
 * @throws ClusterError INVALID_ARGUMENT for a range that ends before it begins, and for a step that gives more points.
 */
export function planRange({ from, to, step }: RangeRequest, nowMs: number, retentionDays: number): RangePlan {
  if (to <= from) throw new ClusterError('INVALID_ARGUMENT', `to (${to}) must be later than from (${from})`);
  const finest = widthsSeconds.find((width) => from >= nowMs - keptMs(width, retentionDays)) ?? 900;
  const smallest = readableSteps.find((seconds) => seconds >= finest && fits(from, to, seconds));
  if (smallest === undefined) {
    throw new ClusterError('INVALID_ARGUMENT', 'the range is longer than the history can be', {
      fix: 'ask for a shorter range',
    });
  }
  const stepSeconds = step === undefined ? smallest : Math.ceil(step / finest) * finest;
  if (!fits(from, to, stepSeconds)) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `a step of ${stepSeconds} s gives more than ${trafficPointsMax} points for this range`,
      { fix: `use a step of ${smallest} s or more, or leave it out` },
    );
  }
  const stepMs = stepSeconds * 1_000;
  return {
    fromMs: Math.floor(from / stepMs) * stepMs,
    toMs: Math.ceil(to / stepMs) * stepMs,
    stepSeconds,
    width: widthsSeconds.findLast((width) => stepSeconds % width === 0) ?? finest,
  };
}

function fits(from: number, to: number, stepSeconds: number): boolean {
  const stepMs = stepSeconds * 1_000;
  return Math.ceil(to / stepMs) - Math.floor(from / stepMs) <= trafficPointsMax;
}
