import { LevelSet } from './level-set.ts';

/** A request that waits. */
export interface Queued<E> {
  /** Requests with equal keys fit into one tensor: same names, datatypes and shapes but for dimension 0. Null: it runs alone. */
  readonly batchKey: string | null;
  /** Rows along dimension 0. */
  readonly rows: number;
  readonly enqueuedAtMs: number;
  /** When nobody waits for the answer any more. */
  readonly deadlineAtMs: number;
  readonly place: QueuePlace<E>;
}

/** Where a request stands: its neighbours, so that it is taken out at once from anywhere. */
export class QueuePlace<E> {
  /** -1 while it is in no queue. */
  rank = -1;
  /** Of priority; 0 where there is none. */
  level = 0;
  /** Counts requests as they come; only the order means anything. */
  arrival = 0;
  /** When its queue's policy acts; Infinity for never. */
  timeoutAtMs = Infinity;
  before: E | null = null;
  after: E | null = null;
  beforeOfKey: E | null = null;
  afterOfKey: E | null = null;
}

/** The requests of one key in one rank, oldest first. */
interface Lane<E> {
  head: E | null;
  tail: E | null;
}

interface Rank<E> {
  head: E | null;
  tail: E | null;
  length: number;
  readonly lanes: Map<string, Lane<E>>;
}

/**
 * Requests by rank (0 goes first), and in each rank by arrival, all together and by key. To come, to be the next, and to
 * leave from anywhere cost the same however many wait.
 */
export class BatchQueue<E extends Queued<E>> {
  private readonly ranks: (Rank<E> | undefined)[] = [];
  private readonly filled = new LevelSet();
  private waiting = 0;
  private arrivals = 0;

  get length(): number {
    return this.waiting;
  }

  lengthOf(rank: number): number {
    return this.ranks[rank]?.length ?? 0;
  }

  /** The first rank, from one on, in which somebody waits; -1 when there is none. */
  rankFrom(from: number): number {
    return this.filled.atLeast(from);
  }

  /** The oldest of a rank. */
  first(rank: number): E | null {
    return this.ranks[rank]?.head ?? null;
  }

  /** The oldest of a rank that has this key. */
  firstOf(rank: number, key: string): E | null {
    return this.ranks[rank]?.lanes.get(key)?.head ?? null;
  }

  push(entry: E, rank: number): void {
    this.arrivals += 1;
    entry.place.arrival = this.arrivals;
    this.append(entry, rank);
  }

  /** Moves a request behind all others of another rank. */
  move(entry: E, rank: number): void {
    this.remove(entry);
    this.append(entry, rank);
  }

  /** Puts one that had been taken before all others of its rank. */
  putBack(entry: E, rank: number): void {
    const { place } = entry;
    const target = this.enter(entry, rank);
    place.after = target.head;
    if (target.head === null) target.tail = entry;
    else target.head.place.before = entry;
    target.head = entry;
    const lane = laneOf(target, entry.batchKey);
    if (lane === null) return;
    place.afterOfKey = lane.head;
    if (lane.head === null) lane.tail = entry;
    else lane.head.place.beforeOfKey = entry;
    lane.head = entry;
  }

  /** Does nothing for one that does not wait. */
  remove(entry: E): void {
    const { place } = entry;
    const { rank } = place;
    const left = this.ranks[rank];
    if (left === undefined) return;
    if (place.before === null) left.head = place.after;
    else place.before.place.after = place.after;
    if (place.after === null) left.tail = place.before;
    else place.after.place.before = place.before;
    this.leaveLane(left, entry);
    place.rank = -1;
    place.before = null;
    place.after = null;
    left.length -= 1;
    this.waiting -= 1;
    if (left.length === 0) this.filled.delete(rank);
  }

  /** Everybody, by rank and arrival. */
  *[Symbol.iterator](): Generator<E> {
    for (let rank = this.rankFrom(0); rank >= 0; rank = this.rankFrom(rank + 1)) {
      for (let entry = this.first(rank); entry !== null;) {
        // It may be taken out while it is looked at.
        const { after } = entry.place;
        yield entry;
        entry = after;
      }
    }
  }

  private append(entry: E, rank: number): void {
    const { place } = entry;
    const target = this.enter(entry, rank);
    place.before = target.tail;
    if (target.tail === null) target.head = entry;
    else target.tail.place.after = entry;
    target.tail = entry;
    const lane = laneOf(target, entry.batchKey);
    if (lane === null) return;
    place.beforeOfKey = lane.tail;
    if (lane.tail === null) lane.head = entry;
    else lane.tail.place.afterOfKey = entry;
    lane.tail = entry;
  }

  private enter(entry: E, rank: number): Rank<E> {
    const target = (this.ranks[rank] ??= { head: null, tail: null, length: 0, lanes: new Map() });
    entry.place.rank = rank;
    if (target.length === 0) this.filled.add(rank);
    target.length += 1;
    this.waiting += 1;
    return target;
  }

  private leaveLane({ lanes }: Rank<E>, { batchKey, place }: E): void {
    if (batchKey === null) return;
    const lane = lanes.get(batchKey);
    if (lane === undefined) return;
    if (place.beforeOfKey === null) lane.head = place.afterOfKey;
    else place.beforeOfKey.place.afterOfKey = place.afterOfKey;
    if (place.afterOfKey === null) lane.tail = place.beforeOfKey;
    else place.afterOfKey.place.beforeOfKey = place.beforeOfKey;
    place.beforeOfKey = null;
    place.afterOfKey = null;
    // Keys are what clients make of shapes: those that nobody waits with must not be kept. All but the one of models whose
    // shapes are fixed, which would come and go with every batch.
    if (lane.head === null && batchKey !== '') lanes.delete(batchKey);
  }
}

function laneOf<E>({ lanes }: Rank<E>, key: string | null): Lane<E> | null {
  if (key === null) return null;
  const known = lanes.get(key);
  if (known !== undefined) return known;
  const made: Lane<E> = { head: null, tail: null };
  lanes.set(key, made);
  return made;
}
