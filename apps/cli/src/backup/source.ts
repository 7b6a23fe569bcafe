import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { controlPlaneFiles } from '@cluster-ai/contract/control-plane-files.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { homePaths } from '../up/home.ts';
import { alreadyRunning, homeHolder, lockHomeFor } from '../up/lock.ts';
import { embeddedDatabase } from '../up/settings.ts';
import type { UpSettings } from '../up/settings.ts';
import type { SecretName } from './description.ts';
import { startEmbedded } from './embedded-database.ts';
import { ownerOf } from './owner.ts';
import type { Owner } from './owner.ts';

/** The places of the data that a backup is made of. */
export interface DataPlaces {
  readonly home: string;
  /** Folder of the model files. */
  readonly storage: string;
  /** True when other control planes may use it as well: then it says whose it is. */
  readonly storageIsShared: boolean;
  readonly secrets: Readonly<Record<SecretName, string>>;
}

export interface BackupSource extends DataPlaces {
  readonly databaseUrl: string;
  readonly owner: Owner;
  /** Whether the platform runs on this machine meanwhile. */
  readonly isRunning: boolean;
  close(): Promise<void>;
}

export function placesOf(home: string, config: ControlPlaneConfig): DataPlaces {
  return {
    home,
    storage: config.storage.folder ?? config.home,
    storageIsShared: config.storage.folder !== undefined,
    secrets: {
      'admin-token': config.auth.adminTokenFile,
      'gateway-token': config.auth.gatewayTokenFile,
      [controlPlaneFiles.signingKey]: join(config.home, controlPlaneFiles.signingKey),
      [controlPlaneFiles.instanceId]: join(config.home, controlPlaneFiles.instanceId),
    },
  };
}

/**
 * Finds the data. While `up` runs, it is what `up` runs with; otherwise what the settings say, and the embedded database
 * is started for the time of the backup. @throws ClusterError NOT_FOUND, PREREQUISITE_MISSING, ALREADY_RUNNING.
 */
export async function openSource(settings: UpSettings): Promise<BackupSource> {
  const given = settings.controlPlane.value;
  const external = given.database.url !== embeddedDatabase;
  if (!existsSync(settings.home)) {
    if (!external) throw nothingThere(settings.home);
    const { home } = settings;
    return { ...placesOf(home, given), databaseUrl: given.database.url, owner: null, isRunning: false, close };
  }
  // Root may have put a link in its place, to a folder that the owner can reach.
  const home = realpathSync(settings.home);
  assertReadable(home);
  const owner = statSync(home).uid === 0 && external ? null : ownerOf(home);
  const holder = external ? null : await homeHolder(home, owner);
  if (holder !== null && /, a (backup|restore)$/.test(holder)) throw alreadyRunning(home, holder);
  const running = holder === null ? null : runningConfig(home);
  if (running !== null) {
    return { ...placesOf(home, running), databaseUrl: running.database.url, owner, isRunning: true, close };
  }
  const places = placesOf(home, given);
  if (external) return { ...places, databaseUrl: given.database.url, owner, isRunning: false, close };
  const paths = homePaths(home);
  if (!existsSync(join(paths.postgres, 'data'))) throw nothingThere(home);
  const lock = await lockHomeFor(home, owner, 'a backup');
  try {
    const server = await startEmbedded({ folder: paths.postgres, runFolder: paths.run, owner });
    const stop = async (): Promise<void> => {
      await server.stop();
      await lock.release();
    };
    return { ...places, databaseUrl: server.url, owner, isRunning: false, close: stop };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function close(): Promise<void> {
  // The database is somebody else's and goes on.
}

/** What `up` gave its control plane. */
function runningConfig(home: string): ControlPlaneConfig {
  const path = join(homePaths(home).run, 'control-plane.yaml');
  if (!existsSync(path)) {
    throw new ClusterError('CONFLICT', `Cluster AI is being started on ${home}`, {
      fix: 'try again when it is ready',
    });
  }
  // `up` writes it as JSON.
  return controlPlaneConfigSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function assertReadable(home: string): void {
  const { uid } = statSync(home);
  const own = process.getuid?.();
  if (own === undefined || own === 0 || own === uid) return;
  throw new ClusterError('PREREQUISITE_MISSING', `the data folder ${home} belongs to user number ${uid}`, {
    fix: 'run the command as that user, or as root',
  });
}

function nothingThere(home: string): ClusterError {
  return new ClusterError('NOT_FOUND', `there is no database in ${home}`, {
    fix: 'name the data folder with --home, or the database with DATABASE_URL or --database-url',
  });
}
