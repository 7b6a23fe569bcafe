/** Numbers that fit: 32 words of 32 bits, and a word that says which of them are not empty. */
export const levelSetSize = 1_024;

/**
 * A set of small whole numbers whose lowest member is found with two instructions, however many there are: which queues
 * hold something.
 */
export class LevelSet {
  private readonly words = new Uint32Array(levelSetSize / 32);
  private summary = 0;

  /** @param level 0 to levelSetSize - 1. */
  add(level: number): void {
    const word = level >>> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (level & 31));
    this.summary |= 1 << word;
  }

  delete(level: number): void {
    const word = level >>> 5;
    const left = (this.words[word] ?? 0) & ~(1 << (level & 31));
    this.words[word] = left;
    if (left === 0) this.summary &= ~(1 << word);
  }

  /** The lowest member that is at least `from`; -1 when there is none. */
  atLeast(from: number): number {
    if (from >= levelSetSize) return -1;
    const first = from >>> 5;
    const rest = (this.words[first] ?? 0) & (-1 << (from & 31));
    if (rest !== 0) return (first << 5) + lowestBit(rest);
    const later = first === 31 ? 0 : this.summary & (-1 << (first + 1));
    if (later === 0) return -1;
    const word = lowestBit(later);
    return (word << 5) + lowestBit(this.words[word] ?? 0);
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
