import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import type { ControlAddresses } from '../control/control-addresses.ts';
import { diskError, fetchFile, holds } from './fetch-file.ts';
import { linkOrCopy } from './link-or-copy.ts';
import type { MappedModels } from './mapped-models.ts';

export interface ModelFoldersOptions {
  /** Folder of this gateway; `files/` and `models/` are made in it. */
  readonly home: string;
  readonly control: ControlAddresses;
  readonly token: () => string | undefined;
  /** The control plane's file store on the same disk, if it can be read. */
  readonly modelFiles: string | undefined;
  /** One file at most, milliseconds. */
  readonly fetchTimeoutMs: number;
  /** What was made of models that come back, in the same folder. */
  readonly mapped: Pick<MappedModels, 'namesToKeep'>;
}

/** The folder that holds the folders of all models of a gateway. */
export function modelsFolderOf(home: string): string {
  return join(home, 'models');
}

/**
 * Lays the files of a model version out in a folder of their own. Files are kept by digest and linked, so that versions
 * share what they have in common, and every load checks the bytes against the manifest.
 */
export class ModelFolders {
  private readonly options: ModelFoldersOptions;
  /** By digest: two models with the same content share one folder, and one preparation. */
  private readonly preparing = new Map<string, { readonly model: SnapshotModel; readonly folder: Promise<string> }>();
  /** By digest of the file. */
  private readonly storing = new Map<string, Promise<string>>();
  private cleaning: Promise<void> = Promise.resolve();

  constructor(options: ModelFoldersOptions) {
    this.options = options;
  }

  /**
   * @returns the folder that holds the files under the paths of the manifest, every byte of them checked.
   * @throws ClusterError INVALID_ARGUMENT for a path that leaves the folder, CONTROL_PLANE_UNAVAILABLE, CHECKSUM_MISMATCH
   * or STORAGE_FULL.
   */
  prepare(model: SnapshotModel): Promise<string> {
    const running = this.preparing.get(model.digest);
    if (running !== undefined) return running.folder;
    const folder = this.layOut(model).finally(() => this.preparing.delete(model.digest));
    this.preparing.set(model.digest, { model, folder });
    return folder;
  }

  /**
   * Removes the folders of versions that are not in use, and the files that only they had.
   * @param wanted is asked again before each removal: what is wanted can change meanwhile.
   */
  keepOnly(wanted: () => readonly SnapshotModel[]): Promise<void> {
    const cleaned = this.clean(this.cleaning, wanted);
    this.cleaning = cleaned.catch(() => undefined);
    return cleaned;
  }

  private async clean(before: Promise<void>, wanted: () => readonly SnapshotModel[]): Promise<void> {
    await before;
    const inUse = (): readonly SnapshotModel[] => [
      ...wanted(),
      ...Array.from(this.preparing.values(), ({ model }) => model),
    ];
    const digests = (): string[] => inUse().map(({ digest }) => digest);
    const files = (): string[] => inUse().flatMap((model) => model.files.map(({ sha256 }) => sha256));
    const folders = (): string[] => [...digests(), ...this.options.mapped.namesToKeep(digests())];
    await removeOthers(modelsFolderOf(this.options.home), folders);
    await removeOthers(join(this.options.home, 'files'), files);
  }

  private async layOut(model: SnapshotModel): Promise<string> {
    for (const file of model.files) assertFilePath(file.path);
    await this.cleaning;
    const folder = join(modelsFolderOf(this.options.home), model.digest);
    try {
      for (const file of model.files) {
        const target = join(folder, file.path);
        if (await holds(target, file)) continue;
        const stored = await this.store(file);
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await rm(target, { force: true });
        await linkOrCopy(stored, target);
      }
    } catch (thrown) {
      throw diskError(thrown) ?? thrown;
    }
    return folder;
  }

  private store(file: ManifestFile): Promise<string> {
    const running = this.storing.get(file.sha256);
    if (running !== undefined) return running;
    const stored = this.storeOnce(file).finally(() => this.storing.delete(file.sha256));
    this.storing.set(file.sha256, stored);
    return stored;
  }

  private async storeOnce(file: ManifestFile): Promise<string> {
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
    const { control, token, fetchTimeoutMs } = this.options;
    await fetchFile(file, target, { control, token: token(), timeoutMs: fetchTimeoutMs });
    return target;
  }

  private sharedPath(file: ManifestFile): string | null {
    const { modelFiles } = this.options;
    return modelFiles === undefined ? null : join(modelFiles, file.sha256.slice(0, 2), file.sha256);
  }
}

async function removeOthers(folder: string, wanted: () => readonly string[]): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    // A file that is being fetched has its digest before the suffix.
    if (!wanted().includes(entry.replace(/\.partial$/, ''))) {
      await rm(join(folder, entry), { recursive: true, force: true });
    }
  }
}
