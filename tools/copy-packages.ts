import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Gives a source of another commit its `node_modules`: packages of others are copies of those of `root`, because a runner
 * that is shut in reads no folder but the source's own; ours are its own.
 * @param source a checkout without `node_modules`. @throws Error when a package of ours has no name.
 */
export function copyPackages(root: string, source: string): void {
  const folder = join(source, 'node_modules');
  mkdirSync(folder);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@cluster-ai') continue;
    // Links among them, as in `.bin`, stay what they are.
    cpSync(join(root, 'node_modules', name), join(folder, name), { recursive: true, verbatimSymlinks: true });
  }
  // Files of the repository, which npm has read as well.
  const { workspaces } = read(join(source, 'package.json')) as { workspaces: readonly string[] };
  for (const path of workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: source }))) {
    const { name } = read(join(source, path)) as { name?: string };
    if (name === undefined) throw new Error(`${path} has no name`);
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(source, dirname(path)), join(folder, name));
  }
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
