import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.boolean().optional(),
      resolved: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      peerDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

type Packages = z.infer<typeof lockSchema>['packages'];

/** Workspaces whose programs `up` runs. */
const started = ['apps/cli', 'apps/control-plane', 'apps/gateway', 'apps/runner'];

/**
 * Folders under `folder` of the installed packages that the programs need, and links among the workspaces: what
 * package-lock.json lists as dependencies of theirs, and of those, and so on. Development packages are not among them.
 */
export function neededPackages(folder: string): { folders: string[]; links: { path: string; target: string }[] } {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')));
  const found = new Set<string>(started);
  for (const key of found) {
    const entry = packages[key];
    const target = entry?.link === true ? entry.resolved : undefined;
    if (target !== undefined) found.add(target);
    const names = Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies, ...entry?.peerDependencies });
    for (const name of names) {
      // Optional ones that are for other machines are listed and not installed; the copy passes over them.
      const dependency = resolvePackage(packages, key, name);
      if (dependency !== undefined) found.add(dependency);
    }
  }
  const installed = [...found].filter((key) => key.includes('node_modules/'));
  return {
    folders: installed.filter((key) => packages[key]?.link !== true),
    links: installed.flatMap((path) => {
      const entry = packages[path];
      return entry?.link === true && entry.resolved !== undefined ? [{ path, target: entry.resolved }] : [];
    }),
  };
}

/** Node's own rule: `node_modules` beside the package, then in each folder above. */
function resolvePackage(packages: Packages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const key = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (Object.hasOwn(packages, key)) return key;
    if (folder === '') return undefined;
  }
}

function parentOf(folder: string): string {
  return folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
}
