import { ClusterError } from '../errors.ts';

/** Longest path of a file inside a model version, in UTF-8 bytes: what common file systems take for one name. */
export const filePathBytesMax = 255;

// Control and invisible characters (they can hide what a path says), halves of a surrogate pair, and what Windows
// reads in its own way.
const refusedCharacter = /[\p{Cc}\p{Cf}\p{Cs}\\:*?"<>|]/u;

/**
 * Checks the path of a file inside a model version: relative, forward slashes, no `.` or `..` segment, nothing that a
 * file system reads in its own way. The path is stored and shown; files on disk are named by digest.
 * @throws ClusterError INVALID_ARGUMENT naming the path and the rule.
 */
export function assertFilePath(path: string): void {
  // The length in characters first: a huge text must not be encoded to learn that it is too long.
  const fits = path.length <= filePathBytesMax && new TextEncoder().encode(path).byteLength <= filePathBytesMax;
  if (fits && !refusedCharacter.test(path) && path.split('/').every(isPlainSegment)) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `file path ${JSON.stringify(path.slice(0, filePathBytesMax))} is not valid: use a relative path with forward slashes, ` +
      `at most ${filePathBytesMax} bytes, without '.' or '..' segments, control characters or any of \\ : * ? " < > |`,
  );
}

/** Windows drops dots and spaces at the end of a name, so that `.. ` would mean `..` there. */
function isPlainSegment(segment: string): boolean {
  return segment !== '' && !segment.endsWith('.') && !segment.endsWith(' ');
}
