import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { neededPackages } from './needed-packages.ts';

/** Beside the packages, what the programs read. */
const own = ['package.json', 'package-lock.json', 'apps', 'packages', 'models', '.cache/models', 'web-dashboard/dist'];

/** Programs that were bundled, whole, and what they were written from. */
const bundles = ['cli', 'control-plane', 'gateway'].flatMap((name) => [`dist/${name}`, `dist/${name}.sources.json`]);

interface CopiedFile {
  /** Path in the copy. */
  readonly path: string;
  readonly source: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly mode: number;
  readonly device: number;
}

export interface ProgramCopy {
  readonly folder: string;
  readonly node: string;
  readonly isNew: boolean;
  readonly linkedBytes: number;
  readonly copiedBytes: number;
}

/**
 * Puts what is needed to run into `target`, readable by every user: our sources, the packages that they need, the
 * models, and Node. Files are hard links where that is possible, so this takes a moment and little room. An earlier copy
 * is used again while nothing has changed. The copy is made beside the data folder, where only the caller can interfere,
 * and moved into place whole.
 */
export function copyProgram(source: string, target: string): ProgramCopy {
  const files = [...listFiles(source), describeFile(process.execPath, 'bin/node')];
  const { links } = neededPackages(source);
  const fingerprint = fingerprintOf(files);
  const node = join(target, 'bin/node');
  const mark = join(target, 'fingerprint');
  const isOwnFolder =
    existsSync(target) && lstatSync(target).isDirectory() && lstatSync(target).uid === process.getuid?.();
  if (isOwnFolder && existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint) {
    return { folder: target, node, isNew: false, linkedBytes: 0, copiedBytes: 0 };
  }
  const partial = mkdtempSync(join(stagingFolder(dirname(target)), '.cluster-ai-program-'));
  try {
    const bytes = placeFiles(files, partial);
    for (const link of links) placeLink(partial, link);
    writeFileSync(join(partial, 'fingerprint'), fingerprint, { mode: 0o644 });
    chmodSync(partial, 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
    return { folder: target, node, isNew: true, ...bytes };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** A data folder that is a mount of its own cannot be reached by a rename from outside. */
function stagingFolder(home: string): string {
  const parent = dirname(home);
  return lstatSync(parent).dev === lstatSync(home).dev ? parent : home;
}

function listFiles(source: string): CopiedFile[] {
  const { folders } = neededPackages(source);
  const present = (paths: readonly string[]): string[] => paths.filter((path) => existsSync(join(source, path)));
  return [
    ...present([...own, ...folders]).flatMap((path) => Array.from(walk(source, path, ['node_modules']))),
    ...present(bundles).flatMap((path) => Array.from(walk(source, path))),
  ];
}

function* walk(source: string, path: string, leftOut: readonly string[] = []): Generator<CopiedFile> {
  const absolute = join(source, path);
  const status = lstatSync(absolute);
  // A link of a package, to a library beside it, is followed: its content is what counts.
  if (!status.isDirectory()) {
    yield describeFile(absolute, path);
    return;
  }
  for (const name of readdirSync(absolute)) {
    if (leftOut.includes(name) || isOtherPlatform(join(path, name))) continue;
    yield* walk(source, join(path, name), leftOut);
  }
}

/** ONNX Runtime's package holds its libraries for every system: bin/napi-v6/<system>/<processor>. */
function isOtherPlatform(path: string): boolean {
  const match = /\/onnxruntime-node\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  if (match === null) return false;
  const [, system, processor = process.arch] = match;
  return system !== process.platform || processor !== process.arch;
}

function describeFile(source: string, path: string): CopiedFile {
  const status = lstatSync(source);
  const { size: sizeBytes, mtimeMs, mode, dev: device } = status;
  return { path, source, sizeBytes, mtimeMs, mode: status.isSymbolicLink() ? 0 : mode, device };
}

function fingerprintOf(files: readonly CopiedFile[]): string {
  const lines = files.map((file) => `${file.path} ${file.source} ${file.sizeBytes} ${file.mtimeMs} ${file.mode}`);
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

function placeFiles(files: readonly CopiedFile[], folder: string): { linkedBytes: number; copiedBytes: number } {
  const device = lstatSync(folder).dev;
  const made = new Set<string>();
  let linkedBytes = 0;
  let copiedBytes = 0;
  for (const file of files) {
    const target = join(folder, file.path);
    makeFolders(folder, dirname(target), made);
    // A link shares the file's permissions, which must not be changed: what others may not read is copied.
    if (file.device === device && (file.mode & 0o004) !== 0 && tryLink(file.source, target)) {
      linkedBytes += file.sizeBytes;
      continue;
    }
    copyFileSync(file.source, target, constants.COPYFILE_FICLONE);
    chmodSync(target, (file.mode & 0o111) === 0 ? 0o644 : 0o755);
    copiedBytes += file.sizeBytes;
  }
  return { linkedBytes, copiedBytes };
}

function tryLink(source: string, target: string): boolean {
  try {
    linkSync(source, target);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Another file system under the same device number, too many links, or a file system without links.
    if (code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM' || code === 'ENOTSUP') return false;
    throw error;
  }
}

function makeFolders(root: string, folder: string, made: Set<string>): void {
  if (folder === root || made.has(folder)) return;
  makeFolders(root, dirname(folder), made);
  mkdirSync(folder);
  // Whatever the umask is, the other user must be able to enter.
  chmodSync(folder, 0o755);
  made.add(folder);
}

function placeLink(folder: string, link: { path: string; target: string }): void {
  const path = join(folder, link.path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  symlinkSync(relative(dirname(path), join(folder, link.target)), path);
}
