import { z } from 'zod';

/** Relative ranges, each a stretch that ends now. */
export const relativeRanges = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;

export type RelativeRange = (typeof relativeRanges)[number];

const lengthsMs: Readonly<Record<RelativeRange, number>> = {
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '6h': 6 * 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
};

/** What pages show until somebody chooses. */
export const defaultRange: RelativeRange = '15m';

/** The longest absolute range, milliseconds: what the control plane keeps. */
export const rangeMsMax = 400 * 86_400_000;

/** The time range as addresses carry it: `range`, or `from` and `to`. A damaged part is as good as none. */
export const timeRangeSearch = z.object({
  range: z.enum(relativeRanges).optional().catch(undefined),
  from: z.iso.datetime({ offset: true }).optional().catch(undefined),
  to: z.iso.datetime({ offset: true }).optional().catch(undefined),
});

export type TimeRangeSearch = z.output<typeof timeRangeSearch>;

export type TimeRange =
  | { readonly kind: 'relative'; readonly range: RelativeRange }
  | { readonly kind: 'absolute'; readonly fromMs: number; readonly toMs: number };

/** What an address asks for; absolute wins where both stand. */
export function timeRangeOf({ range, from, to }: TimeRangeSearch): TimeRange {
  if (from !== undefined && to !== undefined) {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
    if (fromMs < toMs && toMs - fromMs <= rangeMsMax) return { kind: 'absolute', fromMs, toMs };
  }
  return { kind: 'relative', range: range ?? defaultRange };
}

/** The range as an address carries it; the parts that are not used are taken out of it. */
export function searchOf(range: TimeRange): TimeRangeSearch {
  if (range.kind === 'absolute') {
    return { range: undefined, from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
  }
  return { range: range.range === defaultRange ? undefined : range.range, from: undefined, to: undefined };
}

/** From when to when, milliseconds. */
export function boundsOf(range: TimeRange, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  return range.kind === 'absolute' ? range : { fromMs: nowMs - lengthsMs[range.range], toMs: nowMs };
}

/** The same stretch as fixed times: what somebody who opens a shared link later should see. Whole seconds. */
export function frozen(range: TimeRange, nowMs: number): TimeRange {
  if (range.kind === 'absolute') return range;
  return { kind: 'absolute', ...boundsOf(range, Math.floor(nowMs / 1_000) * 1_000) };
}
