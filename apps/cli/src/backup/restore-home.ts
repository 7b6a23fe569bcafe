import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import { homePaths, openHome } from '../up/home.ts';
import { lockHomeFor } from '../up/lock.ts';
import { embeddedDatabase } from '../up/settings.ts';
import type { UpSettings } from '../up/settings.ts';
import { startEmbedded } from './embedded-database.ts';
import { ownMigrations } from './migrations.ts';
import { giveTo } from './owner.ts';
import type { Owner } from './owner.ts';
import type { ArchiveOptions } from './read-archive.ts';
import { restoreArchive } from './restore-archive.ts';
import type { Restored, RestoreTarget } from './restore-archive.ts';
import { placesOf } from './source.ts';
import type { DataPlaces } from './source.ts';

export interface RestoreOptions {
  readonly archive: ArchiveOptions;
  readonly settings: UpSettings;
  /** The folder that holds the data: what `settings.home` leads to. */
  readonly home: string;
  readonly owner: Owner;
  readonly replace: boolean;
}

export interface RestoredHome extends Restored {
  /** Where that is kept which stood in the place of what was restored; null when nothing did. */
  readonly replaced: string | null;
}

/** What a folder holds of an installation; null for nothing. */
function presentData(home: string, { secrets }: DataPlaces): string | null {
  const paths = homePaths(home);
  const found = [paths.restoring, paths.record, join(paths.postgres, 'data'), ...Object.values(secrets)];
  return found.find((path) => existsSync(path)) ?? null;
}

/**
 * Restores a backup that has been checked into a data folder, with the embedded database or the one that the settings
 * name. @throws ClusterError ALREADY_RUNNING, CONFLICT when there is data and `replace` is not set, and as `restoreArchive`.
 */
export async function restoreHome(options: RestoreOptions): Promise<RestoredHome> {
  const { home, owner, settings, replace } = options;
  const config = settings.controlPlane.value;
  const places = { ...placesOf(settings.home, config), home };
  const lock = await lockHomeFor(home, owner, 'a restore');
  try {
    const present = presentData(home, places);
    if (present !== null && !replace) {
      throw new ClusterError('CONFLICT', `${home} is not empty: it holds ${basename(present)}`, {
        fix: 'name an empty folder with --home, or add --replace; what was there is then kept beside it',
      });
    }
    await openHome(home);
    giveFolders(home, owner);
    const target = { replace, storage: places.storage, owner, migrations: await ownMigrations() };
    const aside = join(home, `replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
    const restored =
      config.database.url === embeddedDatabase
        ? await restoreEmbedded(options, places, target, aside)
        : await restoreExternal(options, places, { ...target, databaseUrl: config.database.url }, aside);
    giveFolders(home, owner);
    return { ...restored, replaced: existsSync(aside) ? aside : null };
  } finally {
    await lock.release();
  }
}

/** Not the copy of the program: its files may be links to those of somebody else. */
function giveFolders(home: string, owner: Owner): void {
  for (const name of ['home.json', 'postgres', 'control-plane', 'gateway-1', 'logs', 'run', 'cache']) {
    giveTo(owner, join(home, name));
  }
}

async function restoreEmbedded(
  { archive, home, owner }: RestoreOptions,
  places: DataPlaces,
  target: Omit<RestoreTarget, 'databaseUrl'>,
  aside: string,
): Promise<Restored> {
  const paths = homePaths(home);
  const folder = `${paths.postgres}.partial`;
  rmSync(folder, { recursive: true, force: true });
  let restored: Restored;
  try {
    const server = await startEmbedded({ folder, runFolder: paths.run, owner });
    try {
      restored = await restoreArchive(archive, { ...target, databaseUrl: server.url });
    } finally {
      await server.stop();
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  // From here on the folder is neither the one nor the other, until all of it is in its place.
  await writeFileAtomic(paths.restoring, `${basename(archive.path)}\n`);
  giveTo(owner, paths.restoring);
  if (existsSync(join(paths.postgres, 'data'))) moveAside(paths.postgres, aside, owner);
  else rmSync(paths.postgres, { recursive: true });
  renameSync(folder, paths.postgres);
  await placeSecrets(restored, places, aside, owner);
  rmSync(paths.restoring);
  return restored;
}

async function restoreExternal(
  { archive, owner }: RestoreOptions,
  places: DataPlaces,
  target: RestoreTarget,
  aside: string,
): Promise<Restored> {
  const restored = await restoreArchive(archive, target);
  await placeSecrets(restored, places, aside, owner);
  return restored;
}

/** Tokens, key and id, and whose the folder of model files is now. */
async function placeSecrets(restored: Restored, places: DataPlaces, aside: string, owner: Owner): Promise<void> {
  const owned = join(places.storage, 'installation-id');
  const files = [...restored.secrets].map(([name, text]) => ({ path: places.secrets[name], text, mode: 0o600 }));
  if (places.storageIsShared || existsSync(owned)) {
    files.push({ path: owned, text: `${restored.epoch}\n`, mode: 0o640 });
  }
  for (const { path, text, mode } of files) {
    moveAside(path, aside, owner);
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    await writeFileAtomic(path, text, mode);
    giveTo(owner, path);
  }
}

function moveAside(path: string, aside: string, owner: Owner): void {
  if (!existsSync(path)) return;
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  renameSync(path, join(aside, basename(path)));
  giveTo(owner, aside);
}
