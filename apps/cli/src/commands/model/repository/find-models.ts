import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import { configurationFileNames } from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { listModelFiles, type LocalFile } from '../read-model-files.ts';

export type FileHere = Omit<LocalFile, 'sha256'>;

export interface VersionFiles {
  readonly version: number;
  readonly files: readonly FileHere[];
}

/** A model as it lies in a folder. */
export interface ModelFolder {
  readonly model: string;
  /** The file that says how it is served; null when there is none. */
  readonly configuration: string | null;
  readonly versions: readonly VersionFiles[];
  /** The files of a version, with those beside it that belong to each. @param named by the configuration. */
  filesOf(version: VersionFiles, named: readonly string[]): Promise<readonly FileHere[]>;
}

/**
 * The models at a path: a repository of folders, one model's folder, one version's, or a configuration file in any of these.
 * @throws ClusterError INVALID_ARGUMENT when there is nothing of these.
 */
export async function findModels(given: string): Promise<ModelFolder[]> {
  const path = resolve(given);
  const status = await stat(path).catch(() => null);
  if (status === null) throw new ClusterError('INVALID_ARGUMENT', `${given} does not exist`);
  if (status.isFile()) return [await modelAt(dirname(path), path)];
  const here = await modelAt(path, null);
  if (here.versions.length > 0 || here.configuration !== null) return [here];
  const folders = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .toSorted();
  if (folders.length > 0) return Promise.all(folders.map((name) => modelAt(join(path, name), null)));
  throw new ClusterError('INVALID_ARGUMENT', `${given} holds no model`, {
    fix: 'name a folder of models, as in <folder>/<model>/1/model.onnx, or the folder of one',
  });
}

async function modelAt(folder: string, configuration: string | null): Promise<ModelFolder> {
  const entries = await readdir(folder, { withFileTypes: true });
  const own = configurationFileNames.find((name) => entries.some((entry) => entry.isFile() && entry.name === name));
  const numbers = entries
    .filter((entry) => entry.isDirectory() && /^[1-9]\d{0,8}$/.test(entry.name))
    .map(({ name }) => Number(name))
    .toSorted((a, b) => a - b);
  const versions: VersionFiles[] = [];
  for (const version of numbers) {
    const inside = join(folder, String(version));
    const isEmpty = (await readdir(inside)).every((name) => name.startsWith('.'));
    versions.push({ version, files: isEmpty ? [] : await listModelFiles(inside) });
  }
  // A folder as it is pushed: the model's file beside its configuration.
  const isFlat = versions.length === 0 && entries.some(({ name }) => name.endsWith('.onnx'));
  if (isFlat) versions.push({ version: 1, files: await listModelFiles(folder) });
  const file = configuration ?? (own === undefined ? null : join(folder, own));
  return {
    model: basename(folder),
    configuration: file,
    versions,
    filesOf: async ({ files }, named) => {
      const present = new Set(files.map(({ path }) => path));
      const beside = [...(own === undefined ? [] : [own]), ...named].filter((path) => !present.has(path));
      return [...files, ...(await Promise.all([...new Set(beside)].map((path) => fileAt(folder, path)))).flat()];
    },
  };
}

/** Nothing for a file that is not there: that is said where the configuration is checked. */
async function fileAt(folder: string, path: string): Promise<FileHere[]> {
  try {
    assertFilePath(path);
  } catch (thrown) {
    if (thrown instanceof ClusterError) return [];
    throw thrown;
  }
  const source = join(folder, path);
  const status = await stat(source).catch(() => null);
  return status?.isFile() === true ? [{ path, source, size: status.size }] : [];
}
