import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import { configurationFileNames } from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { listModelFiles, type LocalFile } from '../read-model-files.ts';
import { otherFormat } from './other-formats.ts';
import { linkProblem, unreadable, wholePlace, type FolderProblem } from './unreadable.ts';

export type FileHere = Omit<LocalFile, 'sha256'>;

export interface VersionFiles {
  readonly version: number;
  readonly files: readonly FileHere[];
  /** What kept its folder from being read. */
  readonly problem: FolderProblem | null;
}

/** A model as it lies in a folder. */
export interface ModelFolder {
  readonly model: string;
  /** The file that says how it is served; null when there is none. */
  readonly configuration: string | null;
  readonly versions: readonly VersionFiles[];
  /** What is wrong with the folder as it lies there. */
  readonly problems: readonly FolderProblem[];
  /** The files of a version, with those beside it that belong to each. @param named by the configuration. */
  filesOf(version: VersionFiles, named: readonly string[]): Promise<readonly FileHere[]>;
}

/**
 * The models at a path: a repository of folders, one model's folder, one version's, a configuration file in any of these,
 * or an ONNX file.
 * @throws ClusterError INVALID_ARGUMENT when there is nothing of these.
 */
export async function findModels(given: string): Promise<ModelFolder[]> {
  const path = resolve(given);
  try {
    if ((await stat(path)).isFile()) return [await modelOfFile(path, given)];
    const entries = await readdir(path, { withFileTypes: true });
    const here = await modelAt(path, entries, null);
    if (holdsSomething(here)) return [await withItsModel(path, here)];
    const models = await Promise.all(entries.toSorted(byName).map((entry) => modelIn(path, entry)));
    const found = models.filter((model) => model !== null);
    // The folders of a SavedModel are no models.
    const format = found.some(holdsSomething) ? null : otherFormat(entries.map(({ name }) => name));
    if (format !== null) throw new ClusterError('INVALID_ARGUMENT', `${given} ${format.message}`, { fix: format.fix });
    if (found.length > 0) return found;
  } catch (thrown) {
    if (thrown instanceof ClusterError) throw thrown;
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new ClusterError('INVALID_ARGUMENT', `${given} does not exist`, { cause: thrown, fix: whatToName });
    }
    const { message, fix } = unreadable(thrown, null, given);
    throw new ClusterError('INVALID_ARGUMENT', `${given}: ${message}`, { cause: thrown, fix });
  }
  throw new ClusterError('INVALID_ARGUMENT', `${given} holds no model`, { fix: whatToName });
}

const whatToName = 'name a folder of models, as in <folder>/<model>/1/model.onnx, or the folder of one';

function holdsSomething({ versions, configuration, problems }: ModelFolder): boolean {
  return versions.length > 0 || configuration !== null || problems.length > 0;
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}

/** A model of a repository; null for what is none: files beside the models, and what is hidden. */
async function modelIn(repository: string, entry: Dirent): Promise<ModelFolder | null> {
  if (entry.name.startsWith('.')) return null;
  const folder = join(repository, entry.name);
  if (entry.isDirectory()) {
    try {
      return await modelAt(folder, await readdir(folder, { withFileTypes: true }), null);
    } catch (thrown) {
      return withoutFiles(entry.name, unreadable(thrown, null, folder));
    }
  }
  const target = entry.isSymbolicLink() ? await stat(folder).catch(() => null) : null;
  return target?.isDirectory() === true ? withoutFiles(entry.name, linkProblem(null)) : null;
}

function withoutFiles(model: string, problem: FolderProblem): ModelFolder {
  return { model, configuration: null, versions: [], problems: [problem], filesOf: async () => [] };
}

async function modelOfFile(path: string, given: string): Promise<ModelFolder> {
  const folder = dirname(path);
  const extension = extname(path);
  if (extension === '.onnx') {
    const files = await listModelFiles(path);
    const version = { version: 1, files, problem: null };
    const model = basename(path, extension);
    return { model, configuration: null, versions: [version], problems: [], filesOf: async () => files };
  }
  if (!['.pbtxt', '.prototxt', '.json', ''].includes(extension)) {
    const format = otherFormat([basename(path)]);
    const message = `${given} ${format?.message ?? 'is neither a configuration nor an ONNX file'}`;
    throw new ClusterError('INVALID_ARGUMENT', message, { fix: format?.fix ?? whatToName });
  }
  return modelAt(folder, await readdir(folder, { withFileTypes: true }), path);
}

/** A version's folder belongs to the model above it, with the configuration there. */
async function withItsModel(path: string, here: ModelFolder): Promise<ModelFolder> {
  const parent = dirname(path);
  if (!isVersionName(basename(path)) || here.configuration !== null || parent === path) return here;
  const whole = await modelAt(parent, await readdir(parent, { withFileTypes: true }), null);
  return { ...whole, versions: whole.versions.filter(({ version }) => version === Number(basename(path))) };
}

function isVersionName(name: string): boolean {
  return /^[1-9]\d{0,8}$/.test(name);
}

async function modelAt(folder: string, entries: readonly Dirent[], configuration: string | null): Promise<ModelFolder> {
  const own = configurationFileNames.find((name) => entries.some((entry) => entry.isFile() && entry.name === name));
  const file = configuration ?? (own === undefined ? null : join(folder, own));
  const matters = (name: string): boolean => isVersionName(name) || configurationFileNames.includes(name);
  const problems = entries.flatMap((entry) =>
    entry.isSymbolicLink() && matters(entry.name) ? [linkProblem(entry.name)] : [],
  );
  const numbers = entries
    .filter((entry) => entry.isDirectory() && isVersionName(entry.name))
    .map(({ name }) => Number(name))
    .toSorted((a, b) => a - b);
  const versions: VersionFiles[] = [];
  for (const version of numbers) versions.push(await versionAt(folder, String(version), version));
  // A folder as it is pushed: the model's file beside its configuration.
  const isFlat = numbers.length === 0 && entries.some(({ name }) => name.endsWith('.onnx'));
  if (isFlat) versions.push(await versionAt(folder, '', 1));
  if (versions.length === 0 && file !== null && problems.length === 0) problems.push(noVersion(entries));
  return {
    model: basename(folder),
    configuration: file,
    versions,
    problems,
    filesOf: async ({ files }, named) => {
      const present = new Set(files.map(({ path }) => path));
      const beside = [...(own === undefined ? [] : [own]), ...named].filter((path) => !present.has(path));
      return [...files, ...(await Promise.all([...new Set(beside)].map((path) => fileAt(folder, path)))).flat()];
    },
  };
}

async function versionAt(folder: string, name: string, version: number): Promise<VersionFiles> {
  const inside = join(folder, name);
  try {
    const isEmpty = (await readdir(inside)).every((each) => each.startsWith('.'));
    return { version, files: isEmpty ? [] : await listModelFiles(inside), problem: null };
  } catch (thrown) {
    return { version, files: [], problem: unreadable(thrown, null, inside) };
  }
}

/** Why a folder with a configuration has no version: its files are of another format, or its folders no numbers. */
function noVersion(entries: readonly Dirent[]): FolderProblem {
  const format = otherFormat(entries.map(({ name }) => name));
  if (format !== null) {
    return { file: null, place: wholePlace, message: `it ${format.message}`, fix: format.fix };
  }
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const [first] = folders;
  const only = folders.length === 1 && first !== undefined ? JSON.stringify(first.name) : 'none of its folders';
  const named = folders.length === 0 ? '' : `: ${only} is ${folders.length === 1 ? 'no' : 'a'} number`;
  const fix = 'put the model into a folder that is its version number, as in 1/model.onnx';
  return { file: null, place: wholePlace, message: `it has no version${named}`, fix };
}

/** Nothing for a file that is not there, or a link: that is said where the configuration is checked. */
async function fileAt(folder: string, path: string): Promise<FileHere[]> {
  try {
    assertFilePath(path);
  } catch (thrown) {
    if (thrown instanceof ClusterError) return [];
    throw thrown;
  }
  const source = join(folder, path);
  const status = await lstat(source).catch(() => null);
  return status?.isFile() === true ? [{ path, source, size: status.size }] : [];
}
