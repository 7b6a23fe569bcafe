import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import type { FileStore } from '../../storage/file-store.ts';
import { systemCode } from '../../storage/storage-errors.ts';
import { readConfigurationFiles } from './configuration-files.ts';
import { followInside } from './follow-inside.ts';
import { foundFile } from './found-file.ts';
import type { FoundFile } from './found-file.ts';

/** A version as it lies in a folder: `<model>/<number>/model.onnx` and whatever is beside it. */
export interface VersionFolder {
  readonly folder: string;
  readonly files: readonly FoundFile[];
  /** Names, sizes and times of the files: the same as long as nobody has written to them. */
  readonly fingerprint: string;
  /** When the system last wrote to one of them, whatever time it was given; Infinity without files. */
  readonly writtenAtMs: number;
}

const filesMax = 1_000;
const depthMax = 8;

/**
 * Lists the files of a version folder, and those beside it that the model's configuration names: they belong to each
 * version, and a file of the version itself goes before. Names that begin with a dot are not part of it.
 * @param folder as in `<repository>/<model>/<number>`.
 * @throws ClusterError MODEL_INVALID past a limit, and for a link that leads out of the repository.
 */
export async function readVersionFolder(folder: string): Promise<VersionFolder> {
  const files: FoundFile[] = [];
  await collect(dirname(dirname(folder)), folder, '', files, 0);
  const own = new Set(files.map(({ path }) => path));
  const beside = (await readConfigurationFiles(dirname(folder))).filter(({ path }) => !own.has(path));
  const sorted = [...files, ...beside].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const seen = sorted.map(({ path, size, changedAtMs }) => ({ path, size, changedAtMs }));
  const fingerprint = createHash('sha256').update(JSON.stringify(seen)).digest('hex');
  // An empty folder is one that is being filled.
  const writtenAtMs = sorted.length === 0 ? Infinity : Math.max(...sorted.map((file) => file.writtenAtMs));
  return { folder, files: sorted, fingerprint, writtenAtMs };
}

async function collect(
  repository: string,
  folder: string,
  prefix: string,
  files: FoundFile[],
  depth: number,
): Promise<void> {
  if (depth > depthMax) {
    throw new ClusterError('MODEL_INVALID', `${folder} has more than ${depthMax} levels of folders`);
  }
  for (const name of await readdir(join(folder, prefix))) {
    if (name.startsWith('.')) continue;
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const { source, status } = await followInside(repository, join(folder, path));
    if (status.isDirectory()) await collect(repository, folder, path, files, depth + 1);
    else if (status.isFile()) files.push(foundFile(path, source, status));
    if (files.length > filesMax) throw new ClusterError('MODEL_INVALID', `${folder} has more than ${filesMax} files`);
  }
}

/**
 * Copies the files of a version into the store.
 * @returns null when somebody wrote to the folder meanwhile: what was copied belongs to no version.
 */
export async function storeVersionFolder(
  version: VersionFolder,
  store: FileStore,
  bytesMax: number,
): Promise<ManifestFile[] | null> {
  const files: ManifestFile[] = [];
  for (const { path, source } of version.files) files.push({ path, ...(await store.copyIn(source, bytesMax)) });
  const after = await readVersionFolder(version.folder);
  return after.fingerprint === version.fingerprint ? files : null;
}

const cardSchema = z.object({ description: z.string().max(2_000) });

/** The sentence that `card.json` beside the versions says about the model; undefined when there is none. */
export async function readDescription(modelFolder: string): Promise<string | undefined> {
  try {
    const { source } = await followInside(dirname(modelFolder), join(modelFolder, 'card.json'));
    const card = cardSchema.safeParse(JSON.parse(await readFile(source, 'utf8')));
    return card.success ? card.data.description : undefined;
  } catch (error) {
    // A card that is missing or is no JSON says nothing; the model is what counts.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Version numbers are folder names of digits alone, as other servers have it; other folders are none of ours. */
export function versionNumber(folderName: string): number | null {
  return /^[1-9]\d{0,8}$/.test(folderName) ? Number(folderName) : null;
}
