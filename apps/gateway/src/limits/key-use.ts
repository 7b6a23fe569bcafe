import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import { hasLimits, type KeyLimits } from '@cluster-ai/core/limits/key-limits.ts';
import type { Bucket } from '@cluster-ai/core/limits/token-bucket.ts';
import { msToNextUtcDay, utcDayOf } from '@cluster-ai/core/limits/utc-day.ts';

/**
 * What one key has used: this process's own count, and what is known of everybody else's. A key without limits pays one
 * comparison and two additions a request.
 */
export class KeyUse {
  readonly id: string;
  limits: KeyLimits;
  limited: boolean;
  /** For as long as this gateway counts alone; it goes on from the last shared answer. */
  bucket: Bucket | null = null;
  /** The UTC day that is counted, in days since 1970. */
  day = 0;
  /** Requests of that day that this process has let through. */
  own = 0;
  /** At least so many requests of that day that other gateways, and earlier runs of this one, have let through. */
  others = 0;
  /** How much of `own` the Redis has heard of. */
  shared = 0;
  /** 0 before the first use. */
  lastUsedMs = 0;
  private dayEndsMs = 0;

  constructor(key: SnapshotKey) {
    this.id = key.id;
    this.limits = key;
    this.limited = hasLimits(key);
  }

  /** Takes over what a newer snapshot says. */
  update(key: SnapshotKey): void {
    this.limits = key;
    this.limited = hasLimits(key);
  }

  /** To be called before the counters are read: a new day begins with none. */
  turn(wallMs: number): void {
    if (wallMs < this.dayEndsMs) return;
    this.day = utcDayOf(wallMs);
    this.dayEndsMs = wallMs + msToNextUtcDay(wallMs);
    this.own = 0;
    this.others = 0;
    this.shared = 0;
  }

  /** Counts a request that goes on. */
  count(wallMs: number): void {
    this.turn(wallMs);
    this.own += 1;
  }

  /** Requests of the day as far as this gateway knows. */
  get used(): number {
    return this.own + this.others;
  }

  /** Learns what others have let through; a day that is not the present one tells nothing. */
  learn(day: number, others: number): void {
    if (day === this.day && others > this.others) this.others = others;
  }
}
