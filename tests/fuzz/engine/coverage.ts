import { takeNotes } from './progress.ts';

/** Two values that a program compared and found different. */
export type Difference = readonly [found: unknown, wanted: unknown];

/** Places that all files together may have. */
const placesMax = 1 << 18;
/** How near two compared values came to each other is a place of its own, in so many steps. */
const nearnessSteps = 64;
const differencesMax = 128;
/** Comparisons of one input that are looked at. */
const comparedMax = 10_000;
/** Different notes at most. */
const notesMax = 4_096;

/**
 * What a program under test did with an input: how often it passed each place, and what it compared. The functions that
 * instrumented sources call write here.
 */
export class Coverage {
  /** Outcomes that were met so far, over all inputs: places by how often they were passed, and nearness. */
  outcomes = 0;
  /** Places of the sources that were passed so far; notes are outcomes alone. */
  places = 0;
  /** Places and notes that were met so far. */
  firsts = 0;
  private readonly hits = new Uint32Array(placesMax);
  private readonly touched = new Uint32Array(placesMax);
  private touchedCount = 0;
  private readonly seen = new Uint8Array(placesMax);
  private readonly nearest = new Map<number, number>();
  private readonly seenNear = new Uint8Array(placesMax);
  private readonly recent: Difference[] = [];
  private nextRecent = 0;
  private present: Difference[] = [];
  private compared = 0;
  /** Places of notes, numbered from the last place downwards. */
  private readonly noted = new Map<string, number>();

  /** Forgets what the last input did. */
  begin(): void {
    for (let index = 0; index < this.touchedCount; index += 1) this.hits[this.touched[index] ?? 0] = 0;
    this.touchedCount = 0;
    this.nearest.clear();
    this.present = [];
    this.compared = 0;
  }

  /** Takes the last input's outcomes over. @returns how many of them no input before has had. */
  merge(): number {
    const before = this.outcomes;
    for (let index = 0; index < this.touchedCount; index += 1) {
      const place = this.touched[index] ?? 0;
      const bit = bucketOf(this.hits[place] ?? 0);
      const seen = this.seen[place] ?? 0;
      if ((seen & bit) !== 0) continue;
      if (seen === 0) this.firsts += 1;
      if (seen === 0 && place < placesMax - notesMax) this.places += 1;
      this.seen[place] = seen | bit;
      this.outcomes += 1;
    }
    for (const [place, step] of this.nearest) {
      if (step <= (this.seenNear[place] ?? 0)) continue;
      this.seenNear[place] = step;
      this.outcomes += 1;
    }
    return this.outcomes - before;
  }

  /** The last input's outcomes as text: two inputs with the same do the same. */
  fingerprint(): string {
    const parts: string[] = [];
    for (let index = 0; index < this.touchedCount; index += 1) {
      const place = this.touched[index] ?? 0;
      parts.push(`${place}:${bucketOf(this.hits[place] ?? 0)}`);
    }
    return parts.toSorted().join();
  }

  /** What was compared and found different of late, over some inputs. */
  recentDifferences(): readonly Difference[] {
    return this.recent;
  }

  /** What the last input made the program compare and find different. */
  presentDifferences(): readonly Difference[] {
    return this.present;
  }

  /** Makes the functions that instrumented sources call. @param fullAttention false leaves comparisons alone. */
  install(fullAttention: boolean): void {
    const compare = fullAttention
      ? (a: unknown, b: unknown, place: number): void => this.compare(a, b, place)
      : (): void => undefined;
    takeNotes((label) => this.note(label));
    Object.assign(globalThis, {
      __fuzzHit: (place: number): void => this.hit(place),
      __fuzzSwitch: (value: unknown, place: number, cases: readonly unknown[]): unknown => {
        for (const wanted of cases) if (value !== wanted) compare(value, wanted, place);
        return value;
      },
      ...comparisonsOf(compare),
    });
  }

  private hit(place: number): void {
    const hits = this.hits[place] ?? 0;
    if (hits === 0) this.touched[this.touchedCount++] = place;
    this.hits[place] = hits + 1;
  }

  private note(label: string): void {
    const place = this.noted.get(label) ?? placesMax - 1 - this.noted.size;
    if (this.noted.size < notesMax) this.noted.set(label, place);
    if (this.noted.has(label)) this.hit(place);
  }

  private compare(a: unknown, b: unknown, place: number): void {
    // Code that compares all day long would take a hundred times as long as without a watch.
    this.compared += 1;
    if (this.compared > comparedMax) return;
    if (typeof a !== typeof b) return;
    const step = nearnessOf(a, b);
    if (step === null) return;
    if (step > (this.nearest.get(place) ?? 0)) this.nearest.set(place, step);
    const difference: Difference = [a, b];
    this.recent[this.nextRecent] = difference;
    this.nextRecent = (this.nextRecent + 1) % differencesMax;
    if (this.present.length < differencesMax) this.present.push(difference);
  }
}

type Compare = (a: unknown, b: unknown, place: number) => void;

/** The operators as functions, which take values of every type, as the operators themselves do. */
function comparisonsOf(compare: Compare): Record<string, (a: never, b: never, place: number) => boolean> {
  const watched = (operator: (a: never, b: never) => boolean) => (a: never, b: never, place: number) => {
    if (a !== b) compare(a, b, place);
    return operator(a, b);
  };
  return {
    __fuzzEqual: watched((a, b) => a === b),
    __fuzzDiffers: watched((a, b) => a !== b),
    __fuzzLess: watched((a, b) => a < b),
    __fuzzAtMost: watched((a, b) => a <= b),
    __fuzzMore: watched((a, b) => a > b),
    __fuzzAtLeast: watched((a, b) => a >= b),
  };
}

/** Once, twice, three times, a few times, …: a loop that runs longer is news only when it runs much longer. */
function bucketOf(hits: number): number {
  if (hits <= 3) return 1 << (hits - 1);
  if (hits < 8) return 8;
  if (hits < 16) return 16;
  if (hits < 32) return 32;
  return hits < 128 ? 64 : 128;
}

/** 1 is far, `nearnessSteps` is all but equal; null for values that have no nearness. */
function nearnessOf(a: unknown, b: unknown): number | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const distance = Math.abs(a - b);
    return Number.isFinite(distance) ? Math.max(1, nearnessSteps - 1 - Math.ceil(Math.log2(distance + 1))) : null;
  }
  if (typeof a !== 'string' || typeof b !== 'string' || b.length > nearnessSteps * 2) return null;
  let same = 0;
  while (same < a.length && same < b.length && a.charCodeAt(same) === b.charCodeAt(same)) same += 1;
  return Math.min(nearnessSteps, same + 1);
}
