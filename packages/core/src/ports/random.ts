/** Randomness as a port: returns a number in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator for tests and for reproducible routing: mulberry32, period 2^32. Never for secrets.
 * Source of the constants: Tommy Ettinger, mulberry32 (public domain).
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
