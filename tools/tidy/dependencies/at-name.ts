import { lineAt, type Finding, type Repository } from '../repository.ts';

/** A finding at the first line of the file that has the words; at its beginning when none has. */
export function findingAt({ files }: Repository, path: string, words: string, message: string): Finding {
  const text = files.find((file) => file.path === path)?.text ?? '';
  return { path, line: lineAt(text, Math.max(0, text.indexOf(words))), message };
}
