import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Store } from '../../database/change.ts';
import { selectHead, selectSnapshot } from './store.ts';
import type { StoredSnapshot } from './store.ts';

/** Hands the present snapshot to those who wait for another than they have. */
export interface SnapshotFeed {
  /** The last snapshot that this process has seen; null before the first. */
  readonly latest: StoredSnapshot | null;
  readonly waiting: number;
  /**
   * Resolves at once when the present snapshot is another than `known`, else when it changes, or with null after
   * `waitMs`, on `signal` and on `close`. @throws ClusterError DATABASE_UNAVAILABLE when the present one cannot be read.
   */
  next(
    known: { readonly epoch: string; readonly version: number },
    waitMs: number,
    signal: AbortSignal,
  ): Promise<StoredSnapshot | null>;
  /** Takes over a snapshot that this process has committed, and wakes everybody. */
  publish(snapshot: StoredSnapshot): void;
  /** Answers everybody who waits, now and from now on. */
  close(): void;
}

/** How often the database is asked for a snapshot that another control plane has made, while somebody waits. */
const pollMs = 1_000;

type Wake = (snapshot: StoredSnapshot | null) => void;

export function createSnapshotFeed(store: Store, log: Logger): SnapshotFeed {
  const waiters = new Set<Wake>();
  let latest: StoredSnapshot | null = null;
  let ticker: NodeJS.Timeout | null = null;
  let polling = false;
  let closed = false;

  function publish(snapshot: StoredSnapshot): void {
    if (latest !== null && latest.epoch === snapshot.epoch && latest.version > snapshot.version) return;
    latest = snapshot;
    for (const wake of waiters) wake(snapshot);
  }

  async function refresh(): Promise<StoredSnapshot | null> {
    const found = await store.read(async (query) => {
      const head = await selectHead(query);
      if (latest !== null && latest.epoch === head.epoch && latest.version === head.version) return latest;
      return selectSnapshot(query, head.epoch, head.version);
    });
    // Another epoch, or an older number than before, is a restored database: it counts all the same.
    if (found !== null && found !== latest) {
      latest = found;
      for (const wake of waiters) wake(found);
    }
    return latest;
  }

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    try {
      await refresh();
    } catch (error) {
      // Whoever waits goes on waiting: the answer at the end of the wait is the same, nothing newer is known.
      log.debug({ error }, 'the present snapshot cannot be read');
    } finally {
      polling = false;
    }
  }

  function wait(waitMs: number, signal: AbortSignal): Promise<StoredSnapshot | null> {
    return new Promise((resolve) => {
      const end: Wake = (snapshot) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        waiters.delete(end);
        if (waiters.size === 0 && ticker !== null) {
          clearInterval(ticker);
          ticker = null;
        }
        resolve(snapshot);
      };
      const cancel = (): void => end(null);
      const timer = setTimeout(end, waitMs, null);
      signal.addEventListener('abort', cancel);
      waiters.add(end);
      ticker ??= setInterval(() => void poll(), pollMs);
    });
  }

  return {
    get latest() {
      return latest;
    },
    get waiting() {
      return waiters.size;
    },
    publish,
    next: async (known, waitMs, signal) => {
      const present = await refresh();
      if (present !== null && (present.epoch !== known.epoch || present.version !== known.version)) return present;
      if (waitMs === 0 || closed || signal.aborted) return null;
      return wait(waitMs, signal);
    },
    close: () => {
      closed = true;
      for (const wake of waiters) wake(null);
    },
  };
}
