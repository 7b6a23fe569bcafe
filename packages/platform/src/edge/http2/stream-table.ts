/** What is kept by the number of its stream. */
interface Numbered {
  readonly id: number;
}

/** Places at the beginning; always a power of two, and at least twice as many as streams. */
const placesAtFirst = 16;

/**
 * The open streams of a connection by their number. A Map would do but for one thing: it replaces its table again and again
 * while streams come and go, and each old table, once it has grown old in the heap, keeps all that follow it, and what was
 * in them, from being collected young. Here one list is searched from the place that the number has (open addressing;
 * numbers of a client follow one another, so that nearly each has its place for itself).
 */
export class StreamTable<S extends Numbered> {
  size = 0;
  private places: (S | null)[] = emptyPlaces(placesAtFirst);

  get(id: number): S | undefined {
    const { places } = this;
    const mask = places.length - 1;
    for (let at = homeOf(id) & mask; ; at = (at + 1) & mask) {
      const found = places[at];
      if (found === null || found === undefined) return undefined;
      if (found.id === id) return found;
    }
  }

  /** @param stream must not be in it. */
  add(stream: S): void {
    if (2 * (this.size + 1) > this.places.length) this.grow();
    put(this.places, stream);
    this.size += 1;
  }

  /** Does nothing for one that is not in it. */
  delete(id: number): void {
    const { places } = this;
    const mask = places.length - 1;
    let at = homeOf(id) & mask;
    for (let found = places[at]; found?.id !== id; found = places[at]) {
      if (found === null || found === undefined) return;
      at = (at + 1) & mask;
    }
    places[at] = null;
    this.size -= 1;
    // Those behind it that had to go on searching move up, so that no search ends at the hole.
    for (let next = (at + 1) & mask; ; next = (next + 1) & mask) {
      const moved = places[next];
      if (moved === null || moved === undefined) return;
      const home = homeOf(moved.id) & mask;
      if (((next - home) & mask) < ((next - at) & mask)) continue;
      places[at] = moved;
      places[next] = null;
      at = next;
    }
  }

  /** Those of now: they may leave while they are looked at. */
  all(): S[] {
    return this.places.filter((stream) => stream !== null);
  }

  private grow(): void {
    const larger: (S | null)[] = emptyPlaces(2 * this.places.length);
    for (const stream of this.places) if (stream !== null) put(larger, stream);
    this.places = larger;
  }
}

/** Streams of clients have odd numbers. */
function homeOf(id: number): number {
  return id >>> 1;
}

function put<S extends Numbered>(places: (S | null)[], stream: S): void {
  const mask = places.length - 1;
  let at = homeOf(stream.id) & mask;
  while (places[at] !== null) at = (at + 1) & mask;
  places[at] = stream;
}

function emptyPlaces(count: number): null[] {
  return Array.from({ length: count }, () => null);
}
