import type { BigIntStats } from 'node:fs';

/** Within this time a file that is read again comes from the same memory as before: reading it would find nothing new. */
const knownForMs = 600_000;

/** A file that was written to this short a while ago may be written to again without a sign of it: clocks have ticks. */
const settledAfterMs = 1_000;

/** Files that are known at most; the one that was read longest ago goes first. */
const knownMax = 1_024;

/** What tells a file and its state from all others. */
export type FileIdentity = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs'>;

/**
 * Digests of files that were read a short while ago and that nobody has written to since. A model of 100 MB that comes
 * and goes would otherwise be read through each time, beside the requests of others.
 */
export class KnownDigests {
  private readonly known = new Map<string, { readonly digest: string; readonly untilMs: number }>();

  /** @returns null for a file that has to be read. */
  find(file: FileIdentity, nowMs: number): string | null {
    const found = this.known.get(keyOf(file));
    return found === undefined || found.untilMs <= nowMs ? null : found.digest;
  }

  /** @param before and @param after the file when its reading began, at `startedAtMs`, and when it had ended. */
  keep(before: FileIdentity, after: FileIdentity, digest: string, startedAtMs: number): void {
    const key = keyOf(before);
    if (key !== keyOf(after) || Number(before.mtimeNs / 1_000_000n) > startedAtMs - settledAfterMs) return;
    this.known.delete(key);
    this.known.set(key, { digest, untilMs: startedAtMs + knownForMs });
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size > knownMax) this.known.delete(oldest);
  }
}

function keyOf({ dev, ino, size, mtimeNs }: FileIdentity): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}
