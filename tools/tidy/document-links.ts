import { dirname, join, normalize } from 'node:path/posix';
import { isMarkdown, lineAt, type Rule } from './repository.ts';

const link = /\]\(([^)\s]+)\)/g;

/** A link from one document to a file of the repository leads somewhere. */
export const documentLinks: Rule = ({ files, binaries }) => {
  const paths = new Set([...files.map(({ path }) => path), ...binaries]);
  const folders = new Set([...paths].flatMap(foldersAbove));
  return files
    .filter(({ path }) => isMarkdown(path))
    .flatMap(({ path, text }) =>
      Array.from(text.matchAll(link))
        .filter(([, target = '']) => !/^(?:[a-z]+:|#|\/)/.test(target))
        .flatMap((match) => {
          const [target = ''] = (match[1] ?? '').split('#');
          const resolved = normalize(join(dirname(path), target)).replace(/\/$/, '');
          if (paths.has(resolved) || folders.has(resolved)) return [];
          const message = `the link leads to '${resolved}', which does not exist. Correct it.`;
          return [{ path, line: lineAt(text, match.index), message }];
        }),
    );
};

function foldersAbove(path: string): string[] {
  const folders = ['.'];
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.push(folder);
  return folders;
}
