import { ClusterError } from '@cluster-ai/core/errors.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Lets Ctrl-C and SIGTERM end a piece of work at a place where it removes what it left. The same signal once more ends the
 * program at once.
 * @param what in words. @param work calls `check` often, which throws after a signal. @throws ClusterError CANCELLED.
 */
export async function interruptible<T>(what: string, work: (check: () => void) => Promise<T>): Promise<T> {
  let received: NodeJS.Signals | null = null;
  const note = (signal: NodeJS.Signals): void => {
    received ??= signal;
  };
  const cancelled = (cause?: unknown): ClusterError =>
    new ClusterError('CANCELLED', `${what} was ended by ${received}`, { cause });
  for (const signal of signals) process.once(signal, note);
  try {
    return await work(() => {
      if (received !== null) throw cancelled();
    });
  } catch (error) {
    // The database may have received it as well, and fails first then.
    throw received === null || (error instanceof ClusterError && error.code === 'CANCELLED') ? error : cancelled(error);
  } finally {
    for (const signal of signals) process.off(signal, note);
  }
}
