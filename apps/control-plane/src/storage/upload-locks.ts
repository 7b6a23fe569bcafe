import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Store } from '../database/change.ts';
import { giveBackLease, takeLease } from '../database/lease.ts';

/** The right to write one file of an upload. */
export interface UploadLock {
  /** Another process held it before, and may still have the file open. */
  readonly abandoned: boolean;
  /** @throws ClusterError DATABASE_UNAVAILABLE when it is not certain any more that nobody else holds it. */
  assertHeld(): void;
  release(): Promise<void>;
}

/** @returns null while another request, here or in another process, has it. */
export type LockUpload = (key: string) => Promise<UploadLock | null>;

/** So long after a process was killed its uploads go on elsewhere; clients try again for longer than this. */
const leaseMs = 8_000;
const prolongEveryMs = 2_000;
/** Writing ends this much before the lease does: clocks run differently, and a write takes its time. */
const marginMs = 2_000;

/**
 * Locks among all control planes of an installation: rows with an expiry, because a process that was killed gives nothing
 * back. Within the process a set is enough.
 * @param holder this process's instance.
 */
export function createUploadLocks(store: Store, holder: string, log: Logger): LockUpload {
  const held = new Set<string>();

  async function take(key: string): Promise<UploadLock | null> {
    const lease = { name: `upload:${key}`, holder, durationMs: leaseMs };
    let untilMs = performance.now() + leaseMs - marginMs;
    const taken = await takeLease(store, lease);
    if (taken === null) return null;
    const prolong = async (): Promise<void> => {
      const askedAtMs = performance.now();
      try {
        if ((await takeLease(store, lease)) !== null) untilMs = askedAtMs + leaseMs - marginMs;
        else untilMs = 0;
      } catch (error) {
        // The next one may come through; until the lease ends nobody else can have it.
        log.debug({ error, key }, 'the lock of an upload was not prolonged');
      }
    };
    const timer = setInterval(() => void prolong(), prolongEveryMs);
    return {
      abandoned: taken === 'abandoned',
      assertHeld: () => {
        if (performance.now() < untilMs) return;
        throw new ClusterError(
          'DATABASE_UNAVAILABLE',
          'the database, which knows who receives this file, has not answered for some seconds; what has arrived is kept',
          { retryAfterSeconds: 2 },
        );
      },
      release: async () => {
        clearInterval(timer);
        try {
          await giveBackLease(store, lease);
        } catch (error) {
          // It expires by itself.
          log.info({ error, key }, 'the lock of an upload was not given back');
        }
      },
    };
  }

  return async (key) => {
    if (held.has(key)) return null;
    held.add(key);
    const lock = await take(key).catch((error: unknown) => {
      held.delete(key);
      throw error;
    });
    if (lock === null) {
      held.delete(key);
      return null;
    }
    return { ...lock, release: () => lock.release().finally(() => held.delete(key)) };
  };
}
