import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Finding } from '@cluster-ai/protocols/model-configuration/findings.ts';

/** Something that is wrong with a model's folder. */
export interface FolderProblem extends Finding {
  /** The file that it is in, by its path in the folder; null for the folder itself. */
  readonly file: string | null;
}

/** Of a file or a folder as a whole there is no place inside it. */
export const wholePlace = '';

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read by this user',
  EPERM: 'it may not be read by this user',
  ELOOP: 'its links lead in a circle',
  ENOENT: 'it went away while it was looked at',
};

/**
 * What the system refused, for people: one file that cannot be read must not hide what is said of the others.
 * @param file as in a problem. @param path of it on this machine.
 * @throws whatever is no refusal of the system or of the reader.
 */
export function unreadable(thrown: unknown, file: string | null, path: string): FolderProblem {
  if (thrown instanceof ClusterError) {
    return { file, place: wholePlace, message: thrown.message, fix: thrown.fix ?? 'correct it there' };
  }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  if (sentence === undefined) throw thrown;
  const fix = code === 'EACCES' || code === 'EPERM' ? `chmod -R u+rX ${path}, or run this as its owner` : 'try again';
  return { file, place: wholePlace, message: `${sentence} (${code})`, fix };
}

/** A link may lead to files of somebody who does not want them sent. */
export function linkProblem(file: string | null): FolderProblem {
  const fix = 'put what it leads to there itself: cp -rL copies so';
  return { file, place: wholePlace, message: 'it is a symbolic link, and links are not followed', fix };
}
