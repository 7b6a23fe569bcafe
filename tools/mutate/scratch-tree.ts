import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What git ignores and the tests need: built or fetched once, never changed by a mutation. */
const borrowed = ['node_modules', '{packages,apps}/*/node_modules', 'web-dashboard/node_modules', '.tools', '.cache'];

/** The same, but `up` makes a copy of it for its user and follows no link to a folder. */
const copied = ['web-dashboard/dist'];

/** A copy of the tree in which files may be broken. */
export interface ScratchTree {
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * @param files paths of the repository's files, relative to `root`
 * @returns a git checkout of those files in a new folder, with the fetched packages of `root`
 */
export function makeScratchTree(root: string, files: readonly string[]): ScratchTree {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-mutate-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true });
  }
  for (const path of borrowed.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(root, path), join(folder, path));
  }
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  // The house style reads what git lists.
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  execFileSync('git', ['add', '--all'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
