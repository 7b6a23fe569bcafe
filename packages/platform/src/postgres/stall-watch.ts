/** Told of each query that begins, and tells those that wait on a server that no longer answers. */
export interface StallWatch {
  /** The error to end new work with at once, while the server is known not to answer. */
  readonly stalled: Error | null;
  /** @param onStall called at most once, with the error to end the query with. @returns to be called when it has ended. */
  begin(onStall: (error: Error) => void): () => void;
  stop(): void;
}

export interface StallWatchOptions {
  /** A query that takes longer than this makes the watch ask the server for a sign of life, milliseconds. */
  readonly afterMs: number;
  /** Resolves when the server answers on a new connection; rejects when it does not in time. */
  readonly probe: () => Promise<void>;
}

interface Waiting {
  readonly sinceMs: number;
  readonly onStall: (error: Error) => void;
}

const lookEveryMs = 500;

/**
 * A server that is frozen, or behind a link that loses every byte, ends no connection: whoever waits would wait for the
 * limit of the statement. A slow query alone is no sign of that; one that is slow while the server answers nobody is.
 */
export function createStallWatch({ afterMs, probe }: StallWatchOptions): StallWatch {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | null = null;
  let stalled: Error | null = null;
  let probing = false;
  let stopped = false;

  async function look(): Promise<void> {
    const askedMs = performance.now();
    const slow = [...waiting].some(({ sinceMs }) => askedMs - sinceMs >= afterMs);
    if (probing || (stalled === null && !slow)) return;
    probing = true;
    try {
      await probe();
      stalled = null;
    } catch (cause) {
      // As `pg` says it when a connection ends; what waits is told the same.
      stalled = new Error('Connection terminated: the database does not answer', { cause });
      for (const query of [...waiting].filter(({ sinceMs }) => sinceMs <= askedMs)) {
        waiting.delete(query);
        query.onStall(stalled);
      }
    } finally {
      probing = false;
    }
    rest();
  }

  /** Looks no more while there is nothing to look after. */
  function rest(): void {
    if (timer === null || (!stopped && (waiting.size > 0 || stalled !== null))) return;
    clearInterval(timer);
    timer = null;
  }

  return {
    get stalled() {
      return stalled;
    },
    begin: (onStall) => {
      const query = { sinceMs: performance.now(), onStall };
      waiting.add(query);
      if (!stopped) timer ??= setInterval(() => void look(), lookEveryMs).unref();
      return () => {
        waiting.delete(query);
      };
    },
    stop: () => {
      stopped = true;
      rest();
    },
  };
}
