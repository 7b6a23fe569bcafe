import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * Refuses a second `Host` or `Authorization`: Node shows the first alone, and a proxy in front may have judged the other.
 * @param rawHeaders names and values in turn, as node:http gives them.
 * @throws ClusterError INVALID_ARGUMENT or UNAUTHENTICATED.
 */
export function assertSentOnce(rawHeaders: readonly string[]): void {
  let hosts = 0;
  let credentials = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase();
    if (name === 'host') hosts += 1;
    else if (name === 'authorization') credentials += 1;
  }
  if (hosts > 1) throw new ClusterError('INVALID_ARGUMENT', `the Host header was sent ${hosts} times`);
  if (credentials > 1) {
    throw new ClusterError('UNAUTHENTICATED', `the Authorization header was sent ${credentials} times`);
  }
}
