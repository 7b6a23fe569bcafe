import { seededRandom, type Random } from '@cluster-ai/core/ports/random.ts';

/** A repeatable source of chance: the same seed gives the same numbers on every machine. */
export class SeededRandom {
  private readonly next: Random;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** A whole number, `0 <= n < below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** @throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** Small numbers often, large ones seldom: 1 to `max`. */
  small(max: number): number {
    let size = 1;
    while (size < max && this.oneIn(2)) size *= 2;
    return Math.min(max, size + this.below(size));
  }
}
