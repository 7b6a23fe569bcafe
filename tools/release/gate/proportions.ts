/** `faults` of `requests`. */
export interface Proportion {
  readonly requests: number;
  readonly faults: number;
}

/**
 * Standard deviations that make it certain. The gate looks again and again, so it must be surer than one look would
 * need: by chance, one look of two thousand is beyond this.
 */
const certainDeviations = 3.29;

/** The lowest share that explains what was seen (Wilson's interval): it holds for few requests and for shares near 0. */
export function lowestShare({ requests, faults }: Proportion): number {
  if (requests === 0) return 0;
  const share = Math.min(1, faults / requests);
  const square = certainDeviations ** 2;
  const centre = share + square / (2 * requests);
  const spread = certainDeviations * Math.sqrt((share * (1 - share)) / requests + square / (4 * requests ** 2));
  return Math.max(0, (centre - spread) / (1 + square / requests));
}

/** True when `left` certainly fails more often than `right`, by more than `margin`. */
export function certainlyMore(left: Proportion, right: Proportion, margin: number): boolean {
  if (left.requests === 0 || right.requests === 0) return false;
  const all = Math.min(1, (left.faults + right.faults) / (left.requests + right.requests));
  const deviation = Math.sqrt(all * (1 - all) * (1 / left.requests + 1 / right.requests));
  const difference = left.faults / left.requests - right.faults / right.requests - margin;
  return deviation > 0 && difference / deviation > certainDeviations;
}
