import { globSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Gives a source of another commit its `node_modules`: packages of others are those of `root`, and ours are its own. One
 * link to the whole folder would make it run the code of `root`, for the links to our packages lie in there.
 * @param source a checkout without `node_modules`. @throws Error when a package of ours has no name.
 */
export function linkPackages(root: string, source: string): void {
  const folder = join(source, 'node_modules');
  mkdirSync(folder);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@cluster-ai') symlinkSync(join(root, 'node_modules', name), join(folder, name));
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
