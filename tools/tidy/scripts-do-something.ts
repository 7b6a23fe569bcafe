import { extname } from 'node:path/posix';
import { isJavaScript, isTypeScript, nameOf } from './repository.ts';
import type { RepositoryFile, Rule } from './repository.ts';
import { syntaxOf } from './syntax.ts';

/** Commands of a shell that change nothing and prove nothing. */
const idleCommand = /^(?:set\b.*|:|true|exit(?:\s+0)?|echo\b.*|printf\b.*)$/;
const hashComments = new Set(['.sh', '.bash', '.yml', '.yaml', '.py', '.toml']);

/** A script whose body is gone still exits with 0: a check that checks nothing. */
export const scriptsDoSomething: Rule = ({ files }) =>
  files.flatMap((file) => {
    const message = judge(file);
    return message === undefined ? [] : [{ path: file.path, line: 1, message }];
  });

function judge(file: RepositoryFile): string | undefined {
  if (isTypeScript(file.path) || isJavaScript(file.path)) {
    return syntaxOf(file).isEmpty ? 'this file holds no code. Delete it, or write what its name promises.' : undefined;
  }
  const lines = file.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (isScript(file)) {
    const works = lines.some((line) => !line.startsWith('#') && !idleCommand.test(line));
    return works ? undefined : 'this script does nothing and exits with 0. Write what its name promises, or delete it.';
  }
  if (extname(file.path) === '.sql') {
    return lines.some((line) => !line.startsWith('--'))
      ? undefined
      : 'this SQL file holds no statement. Delete it, or write it.';
  }
  const commented = hashComments.has(extname(file.path)) || nameOf(file.path).startsWith('Dockerfile');
  if (commented && lines.every((line) => line.startsWith('#'))) {
    return 'this file holds only comments. Delete it, or write what its name promises.';
  }
  return undefined;
}

function isScript({ path, text, executable }: RepositoryFile): boolean {
  return executable || /\.(?:sh|bash)$/.test(path) || path.startsWith('.ci/') || text.startsWith('#!');
}
