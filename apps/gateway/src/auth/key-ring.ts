import { createHash } from 'node:crypto';
import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import type { KeyUses } from '../limits/key-uses.ts';
import type { Caller } from './caller.ts';

/** Tokens whose verdict is remembered, so that a busy client is hashed once and not on every request. */
const rememberedMax = 10_000;
/** No key is longer; what is longer need not be remembered. */
const keyLengthMax = 512;

interface KnownKey {
  readonly caller: Caller;
  readonly expiresAtMs: number | null;
}

/** The keys of the present snapshot. Only hashes are known; a snapshot replaces them all at once. */
export class KeyRing {
  private readonly uses: KeyUses;
  private byHash = new Map<string, KnownKey>();
  private readonly remembered = new Map<string, KnownKey | null>();

  constructor(uses: KeyUses) {
    this.uses = uses;
  }

  replace(keys: readonly SnapshotKey[]): void {
    const uses = this.uses.replace(keys);
    this.byHash = new Map(
      keys.map((key, index) => {
        const caller = { id: key.id, actions: key.actions, models: key.models, use: uses[index] ?? null };
        return [key.sha256, { caller, expiresAtMs: key.expiresAtMs }];
      }),
    );
    this.remembered.clear();
  }

  /** @returns `unknown` for a token that no key has, `expired` for one whose key has ended. */
  find(token: string, wallMs: number): Caller | 'unknown' | 'expired' {
    const key = this.lookUp(token);
    if (key === null) return 'unknown';
    if (key.expiresAtMs !== null && wallMs >= key.expiresAtMs) return 'expired';
    if (key.caller.use !== null) key.caller.use.lastUsedMs = wallMs;
    return key.caller;
  }

  private lookUp(token: string): KnownKey | null {
    const known = this.remembered.get(token);
    if (known !== undefined) return known;
    if (token.length > keyLengthMax) return null;
    const key = this.byHash.get(createHash('sha256').update(token).digest('hex')) ?? null;
    // A flood of wrong tokens must not fill the memory.
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(token, key);
    return key;
  }
}
