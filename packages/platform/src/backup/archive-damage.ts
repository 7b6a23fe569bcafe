import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * @param place the part, or in words where in the file it is. @param begin first byte of the file that may be wrong.
 * @param end the byte behind the last one. @param partOffset how many bytes of the part's content stand before it.
 */
export function damaged(path: string, place: string, begin: number, end: number, partOffset?: number): ClusterError {
  const inPart = partOffset === undefined ? '' : `, after byte ${partOffset} of that part`;
  return new ClusterError(
    'CHECKSUM_MISMATCH',
    `${path} is damaged in ${place}: bytes ${begin} to ${Math.max(begin, end - 1)} of the file are not what was written${inPart}`,
    { fix: 'use another backup, or another copy of this one' },
  );
}

export function truncated(path: string, place: string, bytes: number): ClusterError {
  return new ClusterError('CHECKSUM_MISMATCH', `${path} is not complete: it ends after ${bytes} bytes, in ${place}`, {
    fix: 'use another backup, or copy this one again',
  });
}

export function notBackup(path: string, reason: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `${path} is no backup of Cluster AI: ${reason}`);
}
