import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { modelFileOf, type ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { holds } from './fetch-file.ts';
import { linkOrCopy } from './link-or-copy.ts';
import type { WeightsOrder, WrittenWeights } from './weights-thread.ts';

/** A smaller model is loaded in a few milliseconds as it is. */
const modelBytesMin = 4 * 2 ** 20;
/** Weights that are mapped; smaller ones are read with the model. */
const weightBytesMin = 64 * 2 ** 10;
/** All that is laid out takes the disk a second time. */
const totalBytesMax = 4 * 2 ** 30;
/** How long what is laid out stays for a model that nobody wants any more. */
const keptForMs = 600_000;
/** So often a model has to be loaded: most are loaded once and stay, and never need it. */
const loadsMin = 2;
/** Models whose loads are counted at most; the one that was loaded longest ago goes first. */
const countedMax = 1_024;

const suffix = '.mapped';

/** Of the model file as it came, until it was read. */
const sourceName = 'model.source';

/** A folder with the files of a model version, of which the model file has its large weights in another one. */
interface Layout {
  readonly folder: string;
  readonly bytes: number;
  /** What it is made of, and what it must still hold when it is used. */
  readonly files: readonly ManifestFile[];
}

interface Counted {
  loads: number;
  lastMs: number;
  /** Null until it is made, and for a model that cannot have one. */
  layout: Layout | null;
  isTried: boolean;
}

/**
 * Models that come back are laid out for their runtime: weights in a file of their own, which is mapped into memory and not
 * read and copied. It is done by a thread of low priority after the second load, so that the third is a quick one. Nothing
 * is kept beyond this process.
 */
export class MappedModels {
  private readonly folder: string;
  private readonly log: Logger;
  private readonly clock: Pick<Clock, 'nowMs'>;
  /** By digest of the model version, the one that was loaded longest ago first. */
  private readonly counted = new Map<string, Counted>();
  private working: Promise<void>;

  /** @param folder that of all models, which runners may read. */
  constructor({
    folder,
    log,
    clock,
  }: {
    readonly folder: string;
    readonly log: Logger;
    readonly clock: Pick<Clock, 'nowMs'>;
  }) {
    this.folder = folder;
    this.log = log;
    this.clock = clock;
    this.working = removeLeft(folder).catch((error: unknown) => {
      log.warn({ error, folder }, 'what a gateway before this one has laid out could not be removed');
    });
  }

  /**
   * Loads a model from what was made of its files, where there is something and it is as it was made; else, or when that
   * fails, from the files as they came.
   * @param folder with these.
   * @throws what `load` throws.
   */
  async load<Loaded>(model: SnapshotModel, folder: string, load: (folder: string) => Promise<Loaded>): Promise<Loaded> {
    const made = await this.madeOf(model);
    const loaded = await load(made ?? folder).catch((error: unknown) => {
      if (made === null || toClusterError(error).code !== 'MODEL_INVALID') throw error;
      this.log.warn(
        { model: model.id, error },
        'a model could not be loaded as it was laid out: it is loaded as it came',
      );
      this.refuse(model);
      return load(folder);
    });
    this.hasLoaded(model, folder);
    return loaded;
  }

  /** Resolves when everything that was begun is done. */
  async idle(): Promise<void> {
    await this.working;
  }

  /** Names in the folder that have to stay. @param inUse digests of the versions that are wanted. */
  namesToKeep(inUse: readonly string[]): string[] {
    const untilMs = this.clock.nowMs() - keptForMs;
    return Array.from(this.counted).flatMap(([digest, counted]) => {
      if (counted.lastMs < untilMs && !inUse.includes(digest)) {
        this.counted.delete(digest);
        return [];
      }
      return counted.isTried ? [digest + suffix] : [];
    });
  }

  /** @returns the folder; null where nothing was made, or has changed since. */
  private async madeOf(model: SnapshotModel): Promise<string | null> {
    const layout = this.counted.get(model.digest)?.layout ?? null;
    if (layout === null) return null;
    for (const file of layout.files) {
      if (await holds(join(layout.folder, file.path), file)) continue;
      this.log.warn(
        { model: model.id, file: file.path },
        'a file that was laid out for its runtime has changed: not used',
      );
      this.refuse(model);
      return null;
    }
    return layout.folder;
  }

  private refuse({ digest }: SnapshotModel): void {
    const counted = this.counted.get(digest);
    if (counted !== undefined) counted.layout = null;
  }

  private hasLoaded(model: SnapshotModel, folder: string): void {
    const counted = this.count(model.digest);
    if (counted.loads < loadsMin || counted.isTried) return;
    counted.isTried = true;
    this.working = this.working
      .then(() => this.layOut(model, folder, counted))
      .catch((error: unknown) => {
        // It was unloaded before its turn came.
        counted.isTried = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
        if (!counted.isTried) return;
        this.log.warn({ model: model.id, error }, 'a model could not be laid out for its runtime: it loads as it came');
      });
  }

  private count(digest: string): Counted {
    const counted = this.counted.get(digest) ?? { loads: 0, lastMs: 0, layout: null, isTried: false };
    counted.loads += 1;
    counted.lastMs = this.clock.nowMs();
    this.counted.delete(digest);
    this.counted.set(digest, counted);
    if (this.counted.size > countedMax) this.forgetOldest();
    return counted;
  }

  /** Of those that nothing was made of: what was made may be in use. */
  private forgetOldest(): void {
    const oldest = Array.from(this.counted).find(([, { isTried }]) => !isTried);
    if (oldest !== undefined) this.counted.delete(oldest[0]);
  }

  private async layOut(model: SnapshotModel, source: string, counted: Counted): Promise<void> {
    const file = modelFileOf(model.files);
    const taken = Array.from(this.counted.values()).reduce((sum, { layout }) => sum + (layout?.bytes ?? 0), 0);
    if (file === null || file.size < modelBytesMin || taken + file.size > totalBytesMax) return;
    const weightsPath = `${file.path}.weights`;
    if (model.files.some(({ path }) => path === weightsPath || path === sourceName)) return;
    const folder = join(this.folder, model.digest + suffix);
    const partial = `${folder}.partial`;
    try {
      for (const old of [folder, partial]) await rm(old, { recursive: true, force: true });
      // Links, because the model may be unloaded meanwhile, and its own folder be gone.
      const read = join(partial, sourceName);
      for (const { path } of model.files) {
        const target = path === file.path ? read : join(partial, path);
        await mkdir(dirname(join(partial, path)), { recursive: true, mode: 0o700 });
        await linkOrCopy(join(source, path), target);
      }
      const written = await layOutInThread({
        source: read,
        model: join(partial, file.path),
        weights: join(partial, weightsPath),
        location: basename(weightsPath),
        fromBytes: weightBytesMin,
      });
      if (written === null) return;
      await rm(read);
      const others = model.files.filter(({ path }) => path !== file.path);
      await rename(partial, folder);
      const files = [{ path: file.path, ...written.model }, { path: weightsPath, ...written.weights }, ...others];
      counted.layout = { folder, bytes: written.model.size + written.weights.size, files };
      this.log.debug({ model: model.id, weightBytes: written.weights.size }, 'a model is laid out for its runtime');
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
}

/** What a gateway before this one has left. */
async function removeLeft(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  const left = entries.filter((entry) => entry.endsWith(suffix) || entry.endsWith(`${suffix}.partial`));
  for (const entry of left) await rm(join(folder, entry), { recursive: true, force: true });
}

function layOutInThread(order: WeightsOrder): Promise<WrittenWeights | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(programFiles.weightsThread, { workerData: order });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that lays ${order.source} out ended with ${code}`)));
  });
}
