import { existsSync, readdirSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
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
import { placeSecrets } from './place-secrets.ts';
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
  const external = config.database.url !== embeddedDatabase;
  const lock = await lockHomeFor(home, owner, 'a restore');
  try {
    const present = presentData(home, places);
    if (present !== null && !replace) {
      const kept = external
        ? 'tokens and keys are then kept beside it, the database is not'
        : 'it is then kept beside it';
      throw new ClusterError('CONFLICT', `${home} is not empty: there is ${present}`, {
        fix: `name an empty folder with --home, or add --replace to put the backup in the place of what is there; ${kept}`,
      });
    }
    await openHome(home);
    giveFolders(home, owner);
    const target = { replace, storage: places.storage, owner, migrations: await ownMigrations() };
    const aside = join(home, `replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
    const restored = external
      ? await restoreExternal(options, places, { ...target, databaseUrl: config.database.url }, aside)
      : await restoreEmbedded(options, places, target, aside);
    giveFolders(home, owner);
    return { ...restored, replaced: existsSync(aside) ? aside : null };
  } finally {
    await lock.release();
  }
}

/** Not the copy of the program: its files may be links to those of somebody else. */
function giveFolders(home: string, owner: Owner): void {
  const gateways = readdirSync(home).filter((name) => /^gateway-\d+$/.test(name));
  for (const name of ['home.json', 'postgres', 'control-plane', ...gateways, 'logs', 'run', 'cache']) {
    giveTo(owner, join(home, name));
  }
}

async function restoreEmbedded(
  options: RestoreOptions,
  places: DataPlaces,
  target: Omit<RestoreTarget, 'databaseUrl'>,
  aside: string,
): Promise<Restored> {
  const { archive, home, owner } = options;
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
  await markRestoring(options);
  if (existsSync(join(paths.postgres, 'data'))) moveAside(paths.postgres, aside, owner);
  else rmSync(paths.postgres, { recursive: true });
  renameSync(folder, paths.postgres);
  await placeSecrets(restored, places, aside, owner);
  rmSync(paths.restoring);
  return restored;
}

async function restoreExternal(
  options: RestoreOptions,
  places: DataPlaces,
  target: RestoreTarget,
  aside: string,
): Promise<Restored> {
  const { archive, home, owner } = options;
  // When it is not known whether the commit went through, the mark stays: the same command makes it whole.
  const restored = await restoreArchive(archive, { ...target, beforeCommit: () => markRestoring(options) });
  await placeSecrets(restored, places, aside, owner);
  rmSync(homePaths(home).restoring);
  return restored;
}

/** Keeps `up` from starting on a folder that is neither the one nor the other, until all of it is in its place. */
async function markRestoring({ archive, home, owner }: RestoreOptions): Promise<void> {
  const { restoring } = homePaths(home);
  await writeFileAtomic(restoring, `${basename(archive.path)}\n`);
  giveTo(owner, restoring);
}

/** Within the data folder: a database is too large to be copied. */
function moveAside(path: string, aside: string, owner: Owner): void {
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  renameSync(path, join(aside, basename(path)));
  giveTo(owner, aside);
}
