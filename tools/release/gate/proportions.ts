/** `faults` of `requests`. */
export interface Proportion {
  readonly requests: number;
  readonly faults: number;
}

/**
 * What passes for certain: so rarely would chance alone bring it. The gate looks again and again, so it must be surer
 * than one look would need.
 */
const chanceMax = 1 / 2_000;
/** Terms of a tail that are smaller than this part of it change nothing. */
const negligible = 1e-12;

/** True when more certainly fail than `share` of all: exact, so it holds for three requests as for a million. */
export function certainlyAbove({ requests, faults }: Proportion, share: number): boolean {
  if (faults === 0) return false;
  if (share <= 0) return true;
  if (share >= 1) return false;
  const logTerm = (count: number): number =>
    logChoose(requests, count) + count * Math.log(share) + (requests - count) * Math.log1p(-share);
  return tail(Math.min(faults, requests), requests, logTerm) < chanceMax;
}

/**
 * True when `left` certainly fails more often than `right`: were both alike, so many of the faults of both would hardly
 * ever fall on `left` (Fisher's exact test).
 */
export function certainlyMore(left: Proportion, right: Proportion): boolean {
  const faults = Math.min(left.faults, left.requests);
  const all = faults + Math.min(right.faults, right.requests);
  if (faults === 0 || right.requests === 0) return false;
  const logTerm = (count: number): number =>
    logChoose(left.requests, count) +
    logChoose(right.requests, all - count) -
    logChoose(left.requests + right.requests, all);
  return tail(faults, Math.min(all, left.requests), logTerm) < chanceMax;
}

/** How likely a count of `from` or more is, by the logarithm of how likely each is. */
function tail(from: number, to: number, logTerm: (count: number) => number): number {
  let sum = 0;
  let previous = 0;
  for (let count = from; count <= to; count += 1) {
    const term = Math.exp(logTerm(count));
    sum += term;
    // Beyond the most likely count each is less likely than the one before.
    if (sum > chanceMax || (term < previous && term < sum * negligible)) break;
    previous = term;
  }
  return sum;
}

function logChoose(all: number, taken: number): number {
  if (taken < 0 || taken > all) return Number.NEGATIVE_INFINITY;
  return logFactorial(all) - logFactorial(taken) - logFactorial(all - taken);
}

const smallFactorials = Array.from({ length: 16 }, (_, of) =>
  Array.from({ length: of }, (__, index) => Math.log(index + 1)).reduce((sum, log) => sum + log, 0),
);

/** Stirling's series, which is exact to the last digits from 16 on. */
function logFactorial(of: number): number {
  const small = smallFactorials[of];
  if (small !== undefined) return small;
  const series = 1 / (12 * of) - 1 / (360 * of ** 3) + 1 / (1_260 * of ** 5);
  return of * Math.log(of) - of + Math.log(2 * Math.PI * of) / 2 + series;
}
