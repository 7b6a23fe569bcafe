import type { KeyUsage, KeyUsageTotals } from '@cluster-ai/contract/key-usage.ts';
import { keyUsageMax } from '@cluster-ai/contract/key-usage.ts';
import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { KeyUse } from './key-use.ts';

/** Keys that are kept after they left the snapshot, until the day ends. */
const goneMax = 10_000;

interface Reported {
  readonly day: number;
  readonly own: number;
  readonly lastUsedMs: number;
}

/** What every key of this gateway has used. Counters outlive snapshots: a key that stays goes on counting. */
export class KeyUses {
  private readonly clock: Clock;
  private uses = new Map<string, KeyUse>();
  /** What the control plane has heard last of each key. */
  private readonly reported = new Map<string, Reported>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes over the keys of a snapshot. @returns the counters of each, in the same order. */
  replace(keys: readonly SnapshotKey[]): KeyUse[] {
    const before = this.uses;
    const present = keys.map((key) => {
      const use = before.get(key.id);
      if (use === undefined) return new KeyUse(key);
      use.update(key);
      return use;
    });
    this.uses = new Map([...this.goneButCounted(), ...present].map((use) => [use.id, use]));
    for (const id of this.reported.keys()) if (!this.uses.has(id)) this.reported.delete(id);
    return present;
  }

  /** A key may come back on the same day; and what a revoked one has used last is still to be told. */
  private goneButCounted(): KeyUse[] {
    const wallMs = this.clock.wallMs();
    const counted = [...this.uses.values()].filter((use) => {
      use.turn(wallMs);
      return use.own > 0;
    });
    return counted.slice(-goneMax);
  }

  /** Keys of whose requests of today the shared counters have not heard all. */
  unshared(): KeyUse[] {
    const wallMs = this.clock.wallMs();
    return [...this.uses.values()].filter((use) => {
      if (!use.limited) return false;
      use.turn(wallMs);
      return use.own > use.shared;
    });
  }

  /** What has changed since the last report that was taken; what does not fit comes with the next one. */
  changes(): KeyUsage[] {
    const wallMs = this.clock.wallMs();
    const changed: KeyUsage[] = [];
    for (const use of this.uses.values()) {
      if (use.lastUsedMs === 0) continue;
      use.turn(wallMs);
      const before = this.reported.get(use.id);
      const sameMinute = before !== undefined && minuteOf(before.lastUsedMs) === minuteOf(use.lastUsedMs);
      if (sameMinute && before.day === use.day && before.own === use.own) continue;
      changed.push({ key: use.id, day: use.day, requests: use.own, lastUsedMs: use.lastUsedMs });
      if (changed.length === keyUsageMax) break;
    }
    return changed;
  }

  /**
   * The control plane has taken a report.
   * @param sent what it held.
   * @param totals what all gateways together have let through, this report included; null from an older control plane.
   */
  accepted(sent: readonly KeyUsage[], totals: KeyUsageTotals | null): void {
    for (const { key, day, requests, lastUsedMs } of sent) {
      this.reported.set(key, { day, own: requests, lastUsedMs });
    }
    if (totals === null) return;
    const wallMs = this.clock.wallMs();
    for (const [key, total] of Object.entries(totals.used)) {
      const use = this.uses.get(key);
      if (use === undefined) continue;
      use.turn(wallMs);
      const reported = this.reported.get(key);
      use.learn(totals.day, total - (reported?.day === totals.day ? reported.own : 0));
    }
  }
}

function minuteOf(wallMs: number): number {
  return Math.floor(wallMs / 60_000);
}
