import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Seconds that a caller is asked to wait: connections end all the time, and each gives its file descriptor back. */
const retryAfterSeconds = 1;

/**
 * An error of the table when the operating system refused something for want of file descriptors; null for anything else.
 * Nothing is wrong with the request then, and nothing was done.
 */
export function exhaustedError(error: unknown): ClusterError | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'EMFILE' && code !== 'ENFILE') return null;
  const whose = code === 'EMFILE' ? 'this program' : 'this machine';
  return new ClusterError('OVERLOADED', `${whose} has no file descriptor left; nothing was done`, {
    cause: error,
    retryAfterSeconds,
    fix: 'try again; if it stays so, raise the limit of open files (LimitNOFILE= of the service, ulimit -n) and start again',
  });
}
