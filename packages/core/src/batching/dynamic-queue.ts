import type { ClosingReason } from './batch-counts.ts';
import { BatchQueue, type Queued } from './batch-queue.ts';
import { queueTimeoutMs, type BatchRules } from './batch-rules.ts';

/** What leaves the queue together. */
export interface FormedBatch<E> {
  readonly kind: 'batch';
  readonly entries: readonly E[];
  readonly reason: ClosingReason;
}

/** Nothing leaves before this time, unless more requests come. */
export interface Wait {
  readonly kind: 'wait';
  readonly untilMs: number;
}

/** Why a request left the queue without having run. */
export type Expiry = 'deadline' | 'queue-timeout';

/** A batch that must be on its way before a time is closed this much earlier: timers are no finer. */
const timerGrainMs = 1;

/** The part of the time before its deadline that a request does not spend waiting for others: runs vary. */
const keptShare = 0.25;

/**
 * The requests of one model version that wait, and the policy by which they become batches. It has no clock and no timer:
 * whoever uses it says what time it is, and asks again when `Wait` says so.
 */
export class DynamicQueue<E extends Queued<E>> {
  private readonly onExpired: (entry: E, why: Expiry) => void;
  private readonly queue = new BatchQueue<E>();
  private current: BatchRules;
  private readonly preferred = new Set<number>();
  /** Rows from which on a batch can be closed whatever the time. */
  private rowsEnough = 0;
  /** While batches wait for others: rows that wait, and the keys of which there are enough. */
  private readonly rowsOfKey = new Map<string, number>();
  private readonly enough = new Set<string>();

  /** @param onExpired is told of requests that leave because their time is over. */
  constructor(rules: BatchRules, onExpired: (entry: E, why: Expiry) => void) {
    this.current = rules;
    this.onExpired = onExpired;
    this.adopt(rules);
  }

  get rules(): BatchRules {
    return this.current;
  }

  get length(): number {
    return this.queue.length;
  }

  /** Forms batches by other rules from now on. Levels and policies of requests that wait stay as they were. */
  adopt(rules: BatchRules): void {
    this.current = rules;
    this.preferred.clear();
    for (const rows of rules.preferredRows) this.preferred.add(rows);
    this.rowsEnough = rules.preferredRows.at(-1) ?? rules.rowsMax;
    this.rowsOfKey.clear();
    this.enough.clear();
    if (rules.delayMs > 0) for (const entry of this.queue) this.countRows(entry, entry.rows);
  }

  /** Requests of a level that may wait; null when one more may. */
  fullAt(level: number): number | null {
    const { maxQueueSize } = this.current.policyOf(level);
    if (maxQueueSize === 0) return null;
    const rank = freshRank(level);
    return this.queue.lengthOf(rank) + this.queue.lengthOf(rank + 1) >= maxQueueSize ? maxQueueSize : null;
  }

  /** @param timeoutMicroseconds what the request itself asks for; 0 for nothing. */
  add(entry: E, level: number, timeoutMicroseconds: number): void {
    const timeoutMs = queueTimeoutMs(this.current.policyOf(level), timeoutMicroseconds);
    entry.place.level = level;
    entry.place.timeoutAtMs = entry.enqueuedAtMs + timeoutMs;
    this.queue.push(entry, freshRank(level));
    this.countRows(entry, entry.rows);
  }

  /** Puts requests that were taken before all others of their level, in this order. Their queue's timeout is behind them. */
  putBack(entries: readonly E[]): void {
    for (let index = entries.length - 1; index >= 0; index -= 1) {
      const entry = entries[index];
      if (entry === undefined) continue;
      entry.place.timeoutAtMs = Infinity;
      this.queue.putBack(entry, freshRank(entry.place.level));
      this.countRows(entry, entry.rows);
    }
  }

  /** Takes out a request that nobody waits for any more. */
  remove(entry: E): void {
    if (entry.place.rank < 0) return;
    this.queue.remove(entry);
    this.countRows(entry, -entry.rows);
  }

  /** Takes everybody out. */
  drain(): E[] {
    const entries = [...this.queue];
    for (const entry of entries) this.remove(entry);
    return entries;
  }

  /** Looks at the deadlines and timeouts of everybody who waits. */
  expire(nowMs: number): void {
    for (const entry of this.queue) this.isOver(entry, nowMs);
  }

  /**
   * What may be handed over to a free place.
   * @param reserveMs how long a run takes, about: a batch does not wait into the time that its requests need to be answered.
   * @returns null when nobody waits.
   */
  next(nowMs: number, reserveMs: number): FormedBatch<E> | Wait | null {
    const { delayMs } = this.current;
    let untilMs = Infinity;
    for (let rank = this.queue.rankFrom(0); rank >= 0; rank = this.queue.rankFrom(rank + 1)) {
      const leader = this.firstInTime(rank, nowMs);
      if (leader === null) continue;
      const plan = this.plan(leader, nowMs, reserveMs);
      if (plan.count > 0) return this.take(leader, plan);
      untilMs = Math.min(untilMs, plan.untilMs);
    }
    if (delayMs === 0 || untilMs === Infinity) return null;
    // The oldest wait for others of their kind; of another kind there may be enough already.
    for (const key of this.enough) {
      const leader = this.firstWith(key);
      if (leader === null) continue;
      const plan = this.plan(leader, nowMs, reserveMs);
      if (plan.count > 0) return this.take(leader, plan);
    }
    return { kind: 'wait', untilMs };
  }

  /** The oldest of a rank whose time is not over; the others leave it. */
  private firstInTime(rank: number, nowMs: number): E | null {
    for (let entry = this.queue.first(rank); entry !== null; entry = this.queue.first(rank)) {
      if (!this.isOver(entry, nowMs)) return entry;
    }
    return null;
  }

  private firstWith(key: string): E | null {
    for (let rank = this.queue.rankFrom(0); rank >= 0; rank = this.queue.rankFrom(rank + 1)) {
      const entry = this.queue.firstOf(rank, key);
      if (entry !== null) return entry;
    }
    return null;
  }

  /** Looks through what would run with a request, and decides whether it does now. */
  private plan(leader: E, nowMs: number, reserveMs: number): Plan {
    const { rowsMax, delayMs } = this.current;
    if (leader.batchKey === null || rowsMax < 1) return { count: 1, reason: 'alone', untilMs: nowMs };
    const seen = this.look(leader.batchKey, nowMs, reserveMs);
    if (seen.count === 0) return { count: 0, reason: 'idle', untilMs: nowMs };
    const delayEndsAtMs = seen.oldestAtMs + delayMs;
    const isLate = delayMs > 0 && nowMs >= delayEndsAtMs;
    if (seen.preferredCount > 0 && !isLate) {
      const isWhole = seen.isFull && seen.preferredCount === seen.count;
      return { count: seen.preferredCount, reason: isWhole ? 'full' : 'preferred', untilMs: nowMs };
    }
    if (seen.isFull) return { count: seen.count, reason: 'full', untilMs: nowMs };
    if (delayMs === 0) return { count: seen.count, reason: 'idle', untilMs: nowMs };
    if (isLate) return { count: seen.count, reason: 'delay', untilMs: nowMs };
    if (nowMs >= seen.closeByMs) return { count: seen.count, reason: 'deadline', untilMs: nowMs };
    return { count: 0, reason: 'idle', untilMs: Math.min(delayEndsAtMs, seen.closeByMs) };
  }

  /** Walks over the requests of a key, by rank and arrival, until no more fit: at most `rowsMax` of them. */
  private look(key: string, nowMs: number, reserveMs: number): Seen {
    const { rowsMax } = this.current;
    const seen: Seen = {
      count: 0,
      rows: 0,
      preferredCount: 0,
      isFull: false,
      oldestAtMs: Infinity,
      closeByMs: Infinity,
    };
    for (let rank = this.queue.rankFrom(0); rank >= 0; rank = this.queue.rankFrom(rank + 1)) {
      for (let entry = this.queue.firstOf(rank, key); entry !== null;) {
        const next: E | null = entry.place.afterOfKey;
        if (!this.isOver(entry, nowMs)) {
          if (seen.count > 0 && seen.rows + entry.rows > this.rowsEnough && seen.preferredCount === 0) {
            seen.preferredCount = seen.count;
          }
          if (seen.count > 0 && seen.rows + entry.rows > rowsMax) {
            seen.isFull = true;
            return seen;
          }
          seen.count += 1;
          seen.rows += entry.rows;
          seen.oldestAtMs = Math.min(seen.oldestAtMs, entry.enqueuedAtMs);
          const keptMs = Math.max(reserveMs, (entry.deadlineAtMs - entry.enqueuedAtMs) * keptShare);
          const mustStartAtMs = Math.min(entry.deadlineAtMs - keptMs, entry.place.timeoutAtMs);
          seen.closeByMs = Math.min(seen.closeByMs, mustStartAtMs - timerGrainMs);
          if (this.preferred.has(seen.rows)) seen.preferredCount = seen.count;
          if (seen.rows >= rowsMax) {
            seen.isFull = true;
            return seen;
          }
        }
        entry = next;
      }
    }
    return seen;
  }

  private take(leader: E, { count, reason }: Plan): FormedBatch<E> {
    const key = leader.batchKey;
    if (key === null || reason === 'alone') {
      this.remove(leader);
      return { kind: 'batch', entries: [leader], reason };
    }
    const entries: E[] = [];
    let rank = this.queue.rankFrom(0);
    while (rank >= 0 && entries.length < count) {
      const entry = this.queue.firstOf(rank, key);
      if (entry === null) {
        rank = this.queue.rankFrom(rank + 1);
      } else {
        this.remove(entry);
        entries.push(entry);
      }
    }
    return { kind: 'batch', entries, reason: this.reasonAfter(reason, entries[0] ?? leader) };
  }

  /** What those who still wait say of a batch that no clock has closed. */
  private reasonAfter(reason: ClosingReason, leader: E): ClosingReason {
    if (this.queue.length === 0 || (reason !== 'idle' && reason !== 'full')) return reason;
    const { level, arrival } = leader.place;
    for (let rank = this.queue.rankFrom(freshRank(level + 1)); rank >= 0; rank = this.queue.rankFrom(rank + 1)) {
      if ((this.queue.first(rank)?.place.arrival ?? Infinity) < arrival) return 'priority';
    }
    return reason === 'idle' ? 'shape' : reason;
  }

  /** Lets a request go whose time is over, or behind the others of its level, as its policy says. */
  private isOver(entry: E, nowMs: number): boolean {
    if (nowMs >= entry.deadlineAtMs) {
      this.remove(entry);
      this.onExpired(entry, 'deadline');
      return true;
    }
    const { place } = entry;
    if (nowMs <= place.timeoutAtMs) return false;
    place.timeoutAtMs = Infinity;
    if (this.current.policyOf(place.level).timeoutAction === 'DELAY') {
      this.queue.move(entry, place.rank + 1);
      return true;
    }
    this.remove(entry);
    this.onExpired(entry, 'queue-timeout');
    return true;
  }

  private countRows({ batchKey }: E, rows: number): void {
    if (batchKey === null || this.current.delayMs === 0) return;
    const total = (this.rowsOfKey.get(batchKey) ?? 0) + rows;
    if (total <= 0) this.rowsOfKey.delete(batchKey);
    else this.rowsOfKey.set(batchKey, total);
    if (total >= this.rowsEnough) this.enough.add(batchKey);
    else this.enough.delete(batchKey);
  }
}

interface Plan {
  /** Requests that go now; 0 for none before `untilMs`. */
  readonly count: number;
  readonly reason: ClosingReason;
  readonly untilMs: number;
}

interface Seen {
  count: number;
  rows: number;
  /** Requests that together have a preferred number of rows, the largest; 0 for none. */
  preferredCount: number;
  isFull: boolean;
  oldestAtMs: number;
  closeByMs: number;
}

/** Each level has two ranks: requests in time, and behind them those whose policy lets them wait on. */
function freshRank(level: number): number {
  return level * 2;
}
