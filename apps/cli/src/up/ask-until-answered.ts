import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface AskLimits {
  /** After this time the last error is thrown. */
  readonly timeoutMs: number;
  /** Ends the waiting: a stop was asked for. */
  readonly signal: AbortSignal;
}

const intervalMs = 100;

/**
 * Asks the control plane again while it or its database is away for the moment: what has ended is being started again,
 * and that must not end the whole start.
 * @throws ClusterError of `ask` when asking again does not help, when it was away for the whole time, or when a stop was
 * asked for meanwhile.
 */
export async function askUntilAnswered<T>(ask: () => Promise<T>, { timeoutMs, signal }: AskLimits): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof ClusterError && error.retryable;
      if (!isAway || signal.aborted || performance.now() > endMs) throw error;
    }
    await sleep(intervalMs);
  }
}
