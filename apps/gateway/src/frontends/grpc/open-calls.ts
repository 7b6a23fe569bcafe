import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Largest message of a call that needs no key, bytes: all that it holds is a name. */
const openMessageBytesMax = 65_536;

/**
 * For the body of a call that needs no key: strangers are not to fill the memory with what only models need.
 * @returns what throws ClusterError BODY_TOO_LARGE once too much of one message has arrived.
 */
export function openMessageLimit(): (bytes: number) => void {
  let arrived = 0;
  return (bytes) => {
    arrived += bytes;
    if (arrived <= openMessageBytesMax) return;
    throw new ClusterError(
      'BODY_TOO_LARGE',
      `the message has more than ${openMessageBytesMax} bytes, the most that a call without a key may have`,
    );
  };
}
