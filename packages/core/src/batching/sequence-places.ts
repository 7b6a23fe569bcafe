/**
 * Which sequences may have requests with the model: so many at once, the others one after another as they came. Who has a
 * place keeps it until it leaves.
 */
export class SequencePlaces<S> {
  private readonly max: number;
  private readonly placed = new Set<S>();
  private readonly backlog = new Set<S>();

  /** @param max places; Infinity where every sequence has one. */
  constructor(max: number) {
    this.max = max;
  }

  /** A sequence begins. It gets a place, or waits for one behind the others. */
  enter(sequence: S): void {
    if (this.placed.size < this.max) this.placed.add(sequence);
    else this.backlog.add(sequence);
  }

  has(sequence: S): boolean {
    return this.placed.has(sequence);
  }

  /**
   * A sequence is over, whether it had a place or not.
   * @returns the one that has its place now; null when there is none.
   */
  leave(sequence: S): S | null {
    this.backlog.delete(sequence);
    if (!this.placed.delete(sequence)) return null;
    for (const next of this.backlog) {
      this.backlog.delete(next);
      this.placed.add(next);
      return next;
    }
    return null;
  }
}
