import { lineAt, nameOf } from './repository.ts';
import type { Finding, RepositoryFile, Rule } from './repository.ts';

type Versions = Record<string, string>;
interface PackageFile {
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

const exactVersion = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** Every dependency is one exact version, the same in every workspace. */
export const pinnedDependencies: Rule = ({ files }) => {
  const firstUse = new Map<string, { version: string; path: string }>();
  return files.filter(({ path }) => nameOf(path) === 'package.json').flatMap((file) => judge(file, firstUse));
};

function judge(file: RepositoryFile, firstUse: Map<string, { version: string; path: string }>): Finding[] {
  // npm has refused the file already if its shape is another.
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(file.text) as PackageFile;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap(([name, version]) => {
    const line = lineAt(file.text, file.text.indexOf(`"${name}":`));
    if (!exactVersion.test(version)) {
      const message = `${name} '${version}' is a range. Write the exact version that package-lock.json holds.`;
      return [{ path: file.path, line, message }];
    }
    const first = firstUse.get(name) ?? { version, path: file.path };
    firstUse.set(name, first);
    if (first.version === version) return [];
    const message = `${name} is ${version} here and ${first.version} in ${first.path}. Write the newer one in both.`;
    return [{ path: file.path, line, message }];
  });
}
