/** Smallest and largest count that chance alone explains. */
export interface CountBound {
  readonly min: number;
  readonly max: number;
}

/**
 * The counts of `successes` out of `draws` that a fair draw with this probability leaves with a chance of at most
 * `chance` altogether, half of it at each end. Sums the binomial distribution itself; no approximation.
 */
export function binomialBound(draws: number, probability: number, chance: number): CountBound {
  if (probability <= 0) return { min: 0, max: 0 };
  if (probability >= 1) return { min: draws, max: draws };
  return {
    min: lowestLikely(draws, probability, chance / 2),
    max: draws - lowestLikely(draws, 1 - probability, chance / 2),
  };
}

/** The lowest count whose lower tail, itself included, is more likely than `chance`. */
function lowestLikely(draws: number, probability: number, chance: number): number {
  const odds = Math.log(probability) - Math.log1p(-probability);
  let logTerm = draws * Math.log1p(-probability);
  let tail = Math.exp(logTerm);
  let count = 0;
  while (tail <= chance && count < draws) {
    logTerm += odds + Math.log((draws - count) / (count + 1));
    count += 1;
    tail += Math.exp(logTerm);
  }
  return count;
}
