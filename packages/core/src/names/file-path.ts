import { ClusterError } from '../errors.ts';

/** Longest path of a file inside a model version, in characters. */
export const filePathLengthMax = 255;

/**
 * Checks the path of a file inside a model version: relative, forward slashes, no `.` or `..` segment, nothing that a
 * file system reads in its own way. The path is stored and shown; files on disk are named by digest.
 * @throws ClusterError INVALID_ARGUMENT naming the path and the rule.
 */
export function assertFilePath(path: string): void {
  const segments = path.split('/');
  const safe =
    path.length > 0 &&
    path.length <= filePathLengthMax &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..') &&
    [...path].every((character) => character >= ' ' && character !== '\u007f' && !'\\:*?"<>|'.includes(character));
  if (safe) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `file path ${JSON.stringify(path.slice(0, filePathLengthMax))} is not valid: use a relative path with forward slashes and no '.' or '..' segments`,
  );
}
