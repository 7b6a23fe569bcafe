import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** A text file of the repository; binary files are not held to a style. */
export interface RepositoryFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

export interface Repository {
  readonly files: readonly RepositoryFile[];
  /** Paths of the files that are not text. */
  readonly binaries: readonly string[];
}

export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

/** One rule of the house style: all that it finds in the repository. */
export type Rule = (repository: Repository) => Finding[];

const sniffedBytes = 8_000;

/**
 * Reads what git tracks and what it would track, so that a new file is held to the style before it is added.
 * @throws when `root` is not in a git checkout
 */
export function readRepository(root: string): Repository {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split('\0').filter((path) => path !== ''))].toSorted();
  const files: RepositoryFile[] = [];
  const binaries: string[] = [];
  for (const path of paths) {
    const status = statSync(join(root, path), { throwIfNoEntry: false });
    // Deleted and not yet committed, or a link to a folder.
    if (status === undefined || !status.isFile()) continue;
    const bytes = readFileSync(join(root, path));
    if (bytes.subarray(0, sniffedBytes).includes(0)) binaries.push(path);
    else files.push({ path, text: bytes.toString('utf8'), executable: (status.mode & 0o111) !== 0 });
  }
  return { files, binaries };
}

export function isTypeScript(path: string): boolean {
  return /\.(?:ts|tsx|mts)$/.test(path);
}

export function isJavaScript(path: string): boolean {
  return /\.(?:js|mjs|cjs)$/.test(path);
}

export function isMarkdown(path: string): boolean {
  return extname(path) === '.md';
}

/** Tests, and what exists only to serve them. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('tests/') || path.startsWith('packages/testkit/');
}

export function nameOf(path: string): string {
  return basename(path);
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
