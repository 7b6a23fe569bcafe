import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// node tools/copy-closure.ts <folder> <file>...
// In the image of the front door: programs of Debian into a folder that needs no Debian around it.
// Imports nothing of ours: it runs where only this file was copied.

/**
 * Copies each file to the same path under `folder`, the libraries that it is linked with to the loader's own folders, and
 * of every package that something came from its entry (for scanners) and its licence.
 * @throws Error when a file is missing, a library is not found, or no package holds it
 */
export function copyClosure(folder: string, files: readonly string[]): void {
  const libraries = new Set(files.flatMap(librariesOf));
  for (const file of files) copy(file, join(folder, file));
  for (const library of libraries) copy(library, join(folder, placeOf(library)));
  for (const name of new Set([...files, ...libraries].map(packageOf))) describePackage(folder, name);
}

/** @returns what the loader would map, by the paths that it would open; none for what is no program. */
function librariesOf(file: string): string[] {
  if (!existsSync(file)) throw new Error(`there is no ${file}: is its package installed?`);
  if (!/(?:\.so(?:\.\d+)*|\/s?bin\/[^/]+)$/.test(file)) return [];
  const printed = execFileSync('ldd', [file], { encoding: 'utf8' });
  const lost = /^\s*(\S+) => not found/m.exec(printed)?.[1];
  if (lost !== undefined) throw new Error(`${file} is linked with ${lost}, which is not installed`);
  // `name => /path (address)`, and `/path (address)` of the loader.
  return Array.from(printed.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm), ([, path = '']) => path);
}

const isLoader = (library: string): boolean => basename(library).startsWith('ld-linux');

/** Where the loader looks whether or not /lib leads to /usr/lib; the loader itself is named in each program. */
const placeOf = (library: string): string => (isLoader(library) ? library : library.replace(/^\/lib\//, '/usr/lib/'));

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}

/** dpkg may know a file under /lib or under /usr/lib: they are one folder. */
function packageOf(file: string): string {
  const real = realpathSync(file);
  for (const path of new Set([file, real, real.replace(/^\/usr/, ''), `/usr${file}`])) {
    try {
      const printed = execFileSync('dpkg-query', ['--search', path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const name = /^([^:,\s]+)/.exec(printed)?.[1];
      if (name !== undefined) return name;
    } catch {
      // Not under this path.
    }
  }
  throw new Error(`no package holds ${file}`);
}

function describePackage(folder: string, name: string): void {
  const entries = join(folder, 'var/lib/dpkg/status.d');
  mkdirSync(entries, { recursive: true });
  writeFileSync(join(entries, name), execFileSync('dpkg-query', ['--status', name]));
  const licence = `/usr/share/doc/${name}/copyright`;
  if (existsSync(licence)) copy(licence, join(folder, licence));
}

if (import.meta.main) {
  const [folder, ...files] = process.argv.slice(2);
  if (folder === undefined || files.length === 0) {
    throw new Error('write node tools/copy-closure.ts <folder> <file>...');
  }
  copyClosure(folder, files);
}
