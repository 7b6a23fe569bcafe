import { basename } from 'node:path';
import type { Repository } from '../repository.ts';

/** What is known of the packages of others: tools/tidy/dependencies/known.json. */
export interface Known {
  /** Why each package that we ask for by name is here. */
  readonly npm: Readonly<Record<string, string>>;
  readonly python: Readonly<Record<string, string>>;
  readonly allowedLicences: readonly string[];
  /** By name; `name-*` stands for all that begin so. */
  readonly licenceExceptions: Readonly<Record<string, { readonly licence: string; readonly reason: string }>>;
  /** Packages that would run a script when they are installed, and what is done instead. */
  readonly installScripts: Readonly<Record<string, string>>;
  /** The lists of Python packages do not say it. */
  readonly pythonLicences: Readonly<Record<string, string>>;
}

type Asked = Readonly<Record<string, string>>;

/** A package as package-lock.json holds it. */
export interface LockedPackage {
  readonly name: string;
  /** Where it is installed; also its key in the lockfile. */
  readonly place: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  /** Only needed to build and to test. */
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly peerDependencies?: Asked;
}

export interface PythonPackage {
  readonly name: string;
  /** What stands behind the name, `==1.2.3` when all is well. */
  readonly version: string;
  readonly hashes: readonly string[];
  readonly path: string;
  readonly line: number;
}

export interface Dependencies {
  readonly known: Known;
  readonly locked: readonly LockedPackage[];
  /** The packages that a workspace asks for by name, our own left out. */
  readonly direct: ReadonlyMap<string, { readonly dev: boolean }>;
  readonly python: readonly PythonPackage[];
}

export const knownFile = 'tools/tidy/dependencies/known.json';
export const lockfile = 'package-lock.json';

type Entry = Omit<LockedPackage, 'name' | 'place'> & {
  readonly link?: boolean;
  readonly dependencies?: Asked;
  readonly devDependencies?: Asked;
  readonly optionalDependencies?: Asked;
};

/** All packages of others that the repository names. @returns null where there is no lockfile, as in most fixtures. */
export function readDependencies({ files }: Repository): Dependencies | null {
  const textOf = (path: string): string | undefined => files.find((file) => file.path === path)?.text;
  const [lockText, knownText] = [textOf(lockfile), textOf(knownFile)];
  if (lockText === undefined || knownText === undefined) return null;
  // Written by npm, which has checked its shape; the other file is part of the repository and read by these rules alone.
  const { packages = {} } = JSON.parse(lockText) as { packages?: Record<string, Entry> };
  const known = JSON.parse(knownText) as Known;
  const entries = Object.entries(packages);
  const locked = entries
    .filter(([place, { link }]) => place.includes('node_modules/') && link !== true)
    .map(([place, entry]) =>
      Object.assign(entry, { place, name: place.slice(place.lastIndexOf('node_modules/') + 13) }),
    );
  const direct = new Map<string, { dev: boolean }>();
  for (const [place, { dependencies, devDependencies, optionalDependencies }] of entries) {
    if (place.includes('node_modules/')) continue;
    const running = Object.keys({ ...dependencies, ...optionalDependencies });
    for (const name of Object.keys(devDependencies ?? {})) direct.set(name, direct.get(name) ?? { dev: true });
    for (const name of running) direct.set(name, { dev: false });
  }
  const ours = new Set(
    entries.filter(([, { link }]) => link === true).map(([place]) => place.replace('node_modules/', '')),
  );
  for (const name of ours) direct.delete(name);
  const python = files.filter(({ path }) => basename(path) === 'requirements.txt').flatMap(readRequirements);
  return { known, locked, direct, python };
}

/** Format: pip, "Requirements File Format", as pip-compile and uv write it: a name, then a hash a line. */
function readRequirements({ path, text }: { path: string; text: string }): PythonPackage[] {
  const lines = text.split('\n').map((content, index) => ({ content, line: index + 1 }));
  const packages: (PythonPackage & { hashes: string[] })[] = [];
  for (const { content, line } of lines) {
    const hash = /^\s+--hash=(\S+)/.exec(content)?.[1];
    if (hash !== undefined) packages.at(-1)?.hashes.push(hash);
    else if (/^[^\s#]/.test(content)) {
      const [, name = content, version = ''] = /^([\w.-]+)(?:\[[\w,-]+\])?(.*?)\s*\\?$/.exec(content) ?? [];
      packages.push({ name, version, hashes: [], path, line });
    }
  }
  return packages;
}

/** Whether a name is one of a list in which `name-*` stands for all that begin so. */
export function nameIn<T>(list: Readonly<Record<string, T>>, name: string): T | undefined {
  const key = Object.keys(list).find((key) => key === name || (key.endsWith('*') && name.startsWith(key.slice(0, -1))));
  return key === undefined ? undefined : list[key];
}
