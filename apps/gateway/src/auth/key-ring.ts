import { createHash } from 'node:crypto';
import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';

/** Tokens whose verdict is remembered, so that a busy client is hashed once and not on every request. */
const rememberedMax = 10_000;

/** The keys of the present snapshot. Only hashes are known; a snapshot replaces them all at once. */
export class KeyRing {
  private byHash = new Map<string, SnapshotKey>();
  private readonly remembered = new Map<string, SnapshotKey | null>();

  replace(keys: readonly SnapshotKey[]): void {
    this.byHash = new Map(keys.map((key) => [key.sha256, key]));
    this.remembered.clear();
  }

  /** @returns null for a token that no key has, or whose key has expired. */
  find(token: string, wallMs: number): SnapshotKey | null {
    const key = this.lookUp(token);
    return key !== null && (key.expiresAtMs === null || wallMs < key.expiresAtMs) ? key : null;
  }

  private lookUp(token: string): SnapshotKey | null {
    const known = this.remembered.get(token);
    if (known !== undefined) return known;
    const key = this.byHash.get(createHash('sha256').update(token).digest('hex')) ?? null;
    // A flood of wrong tokens must not fill the memory.
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(token, key);
    return key;
  }
}
