import type { Random } from '../ports/random.ts';
import { unitHash } from './unit-hash.ts';

/** One target of a route; `weight` is relative to the others', and 0 means loaded but without traffic. */
export interface WeightedVariant {
  readonly id: string;
  readonly weight: number;
}

/**
 * Picks the variant of one request.
 *
 * Without a unit each request is drawn by weight. With one, the same unit always meets the same variant (weighted
 * rendezvous hashing: the highest `-weight / ln(hash)` wins; Schindelhauer and Schomaker, 2005), so that a change of
 * weights, or a variant that is not ready, moves only as many units as it must.
 * @param variants those that are ready; order does not matter to units.
 * @param salt keeps the placement of one route independent of another's.
 * @returns null when no variant has a positive weight.
 */
export function chooseVariant<V extends WeightedVariant>(
  variants: readonly V[],
  unit: string | null,
  salt: string,
  random: Random,
): V | null {
  const [only] = variants;
  if (variants.length === 1 && only !== undefined) return only.weight > 0 ? only : null;
  return unit === null ? drawByWeight(variants, random) : highestScore(variants, unit, salt);
}

function drawByWeight<V extends WeightedVariant>(variants: readonly V[], random: Random): V | null {
  let total = 0;
  for (const variant of variants) total += Math.max(variant.weight, 0);
  let point = random() * total;
  let last: V | null = null;
  for (const variant of variants) {
    if (variant.weight <= 0) continue;
    last = variant;
    point -= variant.weight;
    if (point < 0) return variant;
  }
  // Rounding can leave the point at exactly the end.
  return last;
}

function highestScore<V extends WeightedVariant>(variants: readonly V[], unit: string, salt: string): V | null {
  let best: V | null = null;
  let bestScore = -1;
  for (const variant of variants) {
    if (variant.weight <= 0) continue;
    const score = -variant.weight / Math.log(unitHash(`${salt}\u0000${variant.id}\u0000${unit}`));
    if (score > bestScore) {
      best = variant;
      bestScore = score;
    }
  }
  return best;
}
