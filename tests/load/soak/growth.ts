/** One measured quantity over time. */
export interface Series {
  readonly name: string;
  /** Of `points`, as `MiB` or `connections`. */
  readonly unit: string;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** What a quantity may grow by from the end of the warm-up to the end of the run. */
export interface Allowance {
  /** Share of its own median. */
  readonly share: number;
  /** In its unit, beside the share: what small things may do. */
  readonly floor: number;
}

export interface Growth {
  readonly name: string;
  readonly unit: string;
  readonly first: number;
  readonly last: number;
  readonly max: number;
  /** What the trend line gained after the warm-up, in the unit. */
  readonly gained: number;
  readonly allowed: number;
  readonly isTooMuch: boolean;
}

/** Caches fill and compilers finish in the first quarter of a run. */
const warmUpShare = 0.25;

/**
 * Judges whether a quantity grows. The trend is the Theil–Sen line, the median of the slopes of all pairs of points: a few
 * high points (a garbage collection that is due, a model that is being loaded) do not bend it.
 * @throws RangeError for fewer than four points after the warm-up
 */
export function judgeGrowth({ name, unit, points }: Series, allowance: Allowance): Growth {
  const startMs = points[0]?.atMs ?? 0;
  const endMs = points.at(-1)?.atMs ?? 0;
  const warmMs = startMs + (endMs - startMs) * warmUpShare;
  const steady = points.filter(({ atMs }) => atMs >= warmMs);
  if (steady.length < 4) throw new RangeError(`'${name}' has ${steady.length} points after the warm-up, and needs 4`);
  const gained = medianSlope(steady) * (endMs - (steady[0]?.atMs ?? warmMs));
  const values = steady.map(({ value }) => value);
  const allowed = allowance.floor + allowance.share * median(values);
  return {
    name,
    unit,
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    max: Math.max(...values),
    gained,
    allowed,
    isTooMuch: gained > allowed,
  };
}

/** @returns value per millisecond */
function medianSlope(points: Series['points']): number {
  const slopes: number[] = [];
  points.forEach((left, index) => {
    for (const right of points.slice(index + 1)) {
      if (right.atMs > left.atMs) slopes.push((right.value - left.value) / (right.atMs - left.atMs));
    }
  });
  return median(slopes);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
