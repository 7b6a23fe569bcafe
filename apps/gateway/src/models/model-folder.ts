import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm, stat, copyFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endpointUrl } from '@cluster-ai/contract/api/client.ts';
import { fetchModelFile } from '@cluster-ai/contract/api/fleet.ts';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';

export interface ModelFoldersOptions {
  /** Folder of this gateway; `files/` and `models/` are made in it. */
  readonly home: string;
  readonly controlUrl: string;
  readonly token: () => string | undefined;
  /** The control plane's file store on the same disk, if it can be read. */
  readonly modelFiles: string | undefined;
  /** One file at most, milliseconds. */
  readonly fetchTimeoutMs: number;
}

/**
 * Lays the files of a model version out in a folder of their own. Files are kept by digest and linked, so that versions
 * share what they have in common, and every load checks the bytes against the manifest.
 */
export class ModelFolders {
  private readonly options: ModelFoldersOptions;

  constructor(options: ModelFoldersOptions) {
    this.options = options;
  }

  /**
   * @returns the folder that holds the files under the paths of the manifest.
   * @throws ClusterError CONTROL_PLANE_UNAVAILABLE, CHECKSUM_MISMATCH or STORAGE_FULL.
   */
  async prepare(model: SnapshotModel): Promise<string> {
    const folder = this.folderOf(model.digest);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of model.files) {
      assertFilePath(file.path);
      const stored = await this.store(file);
      const target = join(folder, file.path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await linkOrCopy(stored, target);
    }
    return folder;
  }

  /** Removes the folders of versions that are not in use, and the files that only they had. */
  async keepOnly(models: readonly SnapshotModel[]): Promise<void> {
    const digests = new Set(models.map((model) => model.digest));
    const files = new Set(models.flatMap((model) => model.files.map((file) => file.sha256)));
    await removeOthers(join(this.options.home, 'models'), digests);
    await removeOthers(join(this.options.home, 'files'), files);
  }

  private folderOf(digest: string): string {
    return join(this.options.home, 'models', digest);
  }

  private async store(file: ManifestFile): Promise<string> {
    const folder = join(this.options.home, 'files');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const target = join(folder, file.sha256);
    if (await holds(target, file)) return target;
    const shared = this.sharedPath(file);
    if (shared !== null && (await holds(shared, file))) {
      await rm(target, { force: true });
      await linkOrCopy(shared, target);
      return target;
    }
    await this.fetch(file, target);
    return target;
  }

  private sharedPath(file: ManifestFile): string | null {
    const { modelFiles } = this.options;
    return modelFiles === undefined ? null : join(modelFiles, file.sha256.slice(0, 2), file.sha256);
  }

  private async fetch(file: ManifestFile, target: string): Promise<void> {
    const partial = `${target}.partial`;
    const body = await this.open(file);
    await pipeline(Readable.fromWeb(body), createWriteStream(partial, { mode: 0o600 }));
    if (!(await holds(partial, file))) {
      await rm(partial, { force: true });
      throw new ClusterError('CHECKSUM_MISMATCH', `file '${file.path}' arrived with other bytes than its digest ${file.sha256} says`);
    }
    await rename(partial, target);
  }

  private async open(file: ManifestFile): Promise<ReadableStream<Uint8Array>> {
    const { controlUrl, token, fetchTimeoutMs } = this.options;
    const url = endpointUrl(controlUrl, fetchModelFile, { params: { sha256: file.sha256 } });
    const response = await fetch(url, { headers: { authorization: `Bearer ${token() ?? ''}` }, signal: AbortSignal.timeout(fetchTimeoutMs) }).catch((cause: unknown) => {
      throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `file '${file.path}' cannot be fetched: the control plane at ${controlUrl} does not answer`, { cause });
    });
    if (!response.ok || response.body === null) {
      throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `file '${file.path}' cannot be fetched: the control plane answered ${response.status}`);
    }
    return response.body;
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    // Another disk, or a file system without links: the bytes have to be copied.
    await copyFile(source, target);
  }
}

async function holds(path: string, file: ManifestFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.size !== file.size) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === file.sha256;
}

async function removeOthers(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  // A file that is being fetched has its digest before the suffix.
  for (const entry of entries) if (!wanted.has(entry.replace(/\.partial$/, ''))) await rm(join(folder, entry), { recursive: true, force: true });
}
