import { ClusterError } from '@cluster-ai/core/errors.ts';

/** A full disk or quota becomes STORAGE_FULL; everything else comes back as it is. */
export function mapStorageError(error: unknown): unknown {
  const code = systemCode(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ClusterError('STORAGE_FULL', 'the disk of the control plane has no room for these bytes', {
    cause: error,
    fix: 'free some space in the data folder, or delete versions that are not used; what has arrived is kept',
  });
}

export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
