import { ClusterError } from '@cluster-ai/core/errors.ts';
import { exhaustedError } from '../process/exhausted.ts';

/** Seconds that a caller is asked to wait when the database is away: a restart takes about this long. */
export const databaseRetryAfterSeconds = 2;

/**
 * SQLSTATE classes and codes after which the connection or the server is gone (PostgreSQL manual, appendix A): 08 connection,
 * 57P01–57P05 shutdown, crash and idle end, 53300 no connection left, 25006 a standby that does not write, 57014 a
 * statement that ran past its limit.
 */
const unavailableStates = /^(08...|57P0[1-5]|53300|25006|57014)$/;

/** Codes of failed socket and name operations. */
const unavailableSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EACCES',
  'ENOTDIR',
]);

/** What `pg` says, without a code, when a connection ends or does not come about. */
const unavailableMessages =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout|Postgres connection has been discarded|Cannot use a pool after calling end)/;

/** A connection after one of these must not be used again. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== null) return unavailableStates.test(code) || unavailableSystemCodes.has(code);
  return unavailableMessages.test(error.message);
}

/** Two transactions stood in each other's way (40001, 40P01): the same work may be repeated at once. */
export function isRepeatable(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error) : null;
  return code === '40001' || code === '40P01';
}

/**
 * Turns an error of the driver into one of the table. What is not about the database being away, full or busy is a defect
 * and comes back as it is.
 */
export function mapDatabaseError(error: unknown): unknown {
  if (error instanceof ClusterError || !(error instanceof Error)) return error;
  const exhausted = exhaustedError(error);
  if (exhausted !== null) return exhausted;
  if (isDatabaseUnavailable(error)) {
    return new ClusterError('DATABASE_UNAVAILABLE', 'the database cannot be reached; nothing was written', {
      cause: error,
      retryAfterSeconds: databaseRetryAfterSeconds,
    });
  }
  const code = codeOf(error);
  if (code === '53100') {
    return new ClusterError('STORAGE_FULL', 'the disk of the database is full; nothing was written', {
      cause: error,
      fix: 'free some space where PostgreSQL has its data, or delete versions that are not used',
    });
  }
  if (code === '23505') {
    return new ClusterError('CONFLICT', 'somebody else has just written the same thing', { cause: error });
  }
  if (code === '22003') {
    return new ClusterError('INVALID_ARGUMENT', 'a number of the request is larger than any that is kept', {
      cause: error,
    });
  }
  if (isRepeatable(error) || code === '55P03') {
    return new ClusterError('DATABASE_UNAVAILABLE', 'the database is busy with other changes; nothing was written', {
      cause: error,
      retryAfterSeconds: databaseRetryAfterSeconds,
    });
  }
  return error;
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
