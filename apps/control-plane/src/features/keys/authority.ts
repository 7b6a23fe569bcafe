import { apiKeyForm } from '@cluster-ai/core/access/api-key.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Store } from '../../database/change.ts';
import type { KeyAuthority } from '../../http/authorities.ts';
import { effectiveActions } from './effective-actions.ts';
import { sha256OfKey } from './secret.ts';
import { selectUsableKey, touchKeys } from './store.ts';

/** Keys whose last use is remembered, so that it is written once a minute. */
const touchedMax = 10_000;

/** API keys as credentials of the control API. The database is asked each time: a revoked key ends with the next call. */
export function createKeyAuthority(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}): KeyAuthority {
  const { store, clock, log } = parts;
  /** The minute in which each key's use was noted last. */
  const touched = new Map<string, number>();

  function touch(keyId: string): void {
    const atMs = clock.wallMs();
    const minute = Math.floor(atMs / 60_000);
    if (touched.get(keyId) === minute) return;
    if (touched.size >= touchedMax) touched.clear();
    touched.set(keyId, minute);
    void store
      .note((query) => touchKeys(query, [{ keyId, atMs }]))
      .catch((error: unknown) => log.warn({ keyId, error }, 'the last use of a key could not be noted'));
  }

  return {
    find: async (token) => {
      if (apiKeyForm(token) !== 'key') return null;
      const row = await store.read((query) => selectUsableKey(query, sha256OfKey(token)));
      if (row === null) return null;
      const actions = effectiveActions(row);
      if (actions.length === 0) return null;
      touch(row.id);
      return {
        id: row.id,
        ownerId: row.owner_id,
        scope: {
          actions,
          models: row.models,
          ratePerSecond: row.rate_per_second,
          burst: row.burst,
          dailyQuota: row.daily_quota === null ? null : Number(row.daily_quota),
        },
      };
    },
  };
}
