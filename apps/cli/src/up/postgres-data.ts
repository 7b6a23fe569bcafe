import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import type { PostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { initDataFolder } from '@cluster-ai/platform/postgres/embedded-server.ts';
import type { ServerUser } from '@cluster-ai/platform/postgres/embedded-server.ts';

const user = 'cluster_ai';
const database = 'cluster_ai';

export interface EmbeddedDatabase {
  readonly dataFolder: string;
  readonly url: string;
  /** True when it was made now. */
  readonly isNew: boolean;
}

/**
 * Makes the embedded server's data folder unless it exists: passwords by SCRAM on every connection, the password in
 * `<folder>/password`, mode 0600. A start that was cut off leaves nothing that the next one would take for a database.
 * @param serverUser whom the folder belongs to, when root asks. The file with the password stays the caller's.
 * @throws ClusterError PREREQUISITE_MISSING when the data was written by another major version of PostgreSQL.
 */
export async function prepareDatabase(
  folder: string,
  socketFolder: string,
  binaries: PostgresBinaries,
  serverUser?: ServerUser,
): Promise<EmbeddedDatabase> {
  const dataFolder = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const isNew = !existsSync(dataFolder);
  if (isNew) {
    const password = randomBytes(32).toString('base64url');
    await writeFileAtomic(passwordFile, password);
    const partial = join(folder, 'data.partial');
    rmSync(partial, { recursive: true, force: true });
    await initDataFolder({ binaries, dataFolder: partial, superuser: user, password, user: serverUser });
    createDatabase(binaries, partial, serverUser);
    renameSync(partial, dataFolder);
  } else {
    assertSameMajor(dataFolder, binaries);
  }
  const password = readFileSync(passwordFile, 'utf8').trim();
  const query = new URLSearchParams({ host: socketFolder, user, password });
  return { dataFolder, isNew, url: `postgresql:///${database}?${query.toString()}` };
}

/** The package brings no psql; a server in single-user mode takes one statement a line. */
function createDatabase(binaries: PostgresBinaries, dataFolder: string, serverUser: ServerUser | undefined): void {
  const result = spawnSync(binaries.postgres, ['--single', '-D', dataFolder, 'postgres'], {
    ...serverUser,
    input: `CREATE DATABASE ${database}\n`,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (result.status === 0 && !/ERROR|FATAL|PANIC/.test(result.stderr)) return;
  throw new ClusterError('PREREQUISITE_MISSING', `the database could not be created: ${result.stderr.trim()}`);
}

function assertSameMajor(dataFolder: string, binaries: PostgresBinaries): void {
  const written = readFileSync(join(dataFolder, 'PG_VERSION'), 'utf8').trim();
  const version = execFileSync(binaries.postgres, ['--version'], { encoding: 'utf8' });
  const present = /\b(\d+)(?:\.\d+|\w+)/.exec(version)?.[1] ?? version.trim();
  if (written === present) return;
  throw new ClusterError(
    'PREREQUISITE_MISSING',
    `the database in ${dataFolder} was written by PostgreSQL ${written}, and this version brings PostgreSQL ${present}, which cannot read it`,
    {
      fix: `start PostgreSQL ${written} on it and give its address as DATABASE_URL, make a backup there with the version of Cluster AI that wrote it (cluster-ai backup), move ${dataFolder} away, and restore it here`,
    },
  );
}
