/** Texts that are remembered. Clients send the same few; one that invents others must not fill the memory. */
const textsMax = 1_024;

/** What is longer is worked out each time. */
const lengthMax = 512;

/** What was worked out of paths, header fields and names: once for all requests that have the same. */
export class RememberedTexts<V> {
  private readonly workOut: (text: string) => V;
  private readonly known = new Map<string, V>();

  /** @param workOut must say the same of a text each time; what it throws is not remembered. */
  constructor(workOut: (text: string) => V) {
    this.workOut = workOut;
  }

  of(text: string): V {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const made = this.workOut(text);
    if (text.length > lengthMax) return made;
    if (this.known.size >= textsMax) this.known.clear();
    this.known.set(text, made);
    return made;
  }
}
