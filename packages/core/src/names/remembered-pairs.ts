/** First texts that are remembered, each with the second one that it came with last. */
const entriesMax = 1_024;

/** What is longer is worked out each time. */
const lengthMax = 512;

interface Entry<V> {
  readonly second: string;
  readonly value: V;
}

/** What was worked out of two texts, of which the second is nearly always the same for a first one: a name and its version. */
export class RememberedPairs<V> {
  private readonly workOut: (first: string, second: string) => V;
  private readonly known = new Map<string, Entry<V>>();

  /** @param workOut must say the same of two texts each time; what it throws is not remembered. */
  constructor(workOut: (first: string, second: string) => V) {
    this.workOut = workOut;
  }

  of(first: string, second: string): V {
    const known = this.known.get(first);
    if (known !== undefined && known.second === second) return known.value;
    const value = this.workOut(first, second);
    if (first.length + second.length > lengthMax) return value;
    if (this.known.size >= entriesMax) this.known.clear();
    this.known.set(first, { second, value });
    return value;
  }
}
