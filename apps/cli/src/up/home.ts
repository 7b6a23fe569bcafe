import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import { z } from 'zod';

/** Places inside the data folder. */
export function homePaths(home: string) {
  return {
    record: join(home, 'home.json'),
    adminToken: join(home, 'admin-token'),
    gatewayToken: join(home, 'gateway-token'),
    postgres: join(home, 'postgres'),
    controlPlane: join(home, 'control-plane'),
    /** Of the first gateway; the others have folders beside it, `gateway-2` and so on. */
    gateway: join(home, 'gateway-1'),
    logs: join(home, 'logs'),
    run: join(home, 'run'),
    state: join(home, 'run/state.json'),
    cache: join(home, 'cache'),
    program: join(home, 'program'),
    /** There while a restore changes what is in the folder. */
    restoring: join(home, 'restoring'),
  };
}

/** CLUSTER_AI_HOME, else /var/lib/cluster-ai for root, else the user's data folder (XDG_DATA_HOME, ~/.local/share). */
export function defaultHome(env: Readonly<Record<string, string | undefined>>, uid: number | undefined): string {
  const { CLUSTER_AI_HOME: home, XDG_DATA_HOME: data } = env;
  if (home !== undefined && home !== '') return resolve(home);
  if (uid === 0) return '/var/lib/cluster-ai';
  return join(data !== undefined && data !== '' ? data : join(homedir(), '.local/share'), 'cluster-ai');
}

const homeFormatVersion = 1;
const recordSchema = z.object({ formatVersion: z.int() });

/**
 * Makes the data folder private to this user, and records its format in it.
 * @throws ClusterError PREREQUISITE_MISSING when it cannot be used: another user's, something else's, of a later format, or
 * left by a restore that was cut off.
 */
export async function prepareHome(home: string): Promise<void> {
  if (existsSync(homePaths(home).restoring)) {
    throw new ClusterError('PREREQUISITE_MISSING', `a restore into ${home} was cut off: its data is not whole`, {
      fix: 'run the restore again, with --replace; what it replaced is kept in the folder',
    });
  }
  await openHome(home);
}

/** The same for a restore, which may be the one that makes it whole. @throws as `prepareHome`. */
export async function openHome(home: string): Promise<void> {
  makeFolder(home);
  const paths = homePaths(home);
  if (existsSync(paths.record)) {
    const record = recordSchema.parse(JSON.parse(readFileSync(paths.record, 'utf8')));
    if (record.formatVersion > homeFormatVersion) {
      throw new ClusterError('PREREQUISITE_MISSING', `${home} was written by a later version of Cluster AI`, {
        fix: 'use that version, or another folder with --home',
      });
    }
  } else {
    assertEmpty(home);
    await writeFileAtomic(paths.record, `${JSON.stringify({ formatVersion: homeFormatVersion })}\n`);
  }
  for (const folder of [paths.postgres, paths.controlPlane, paths.gateway, paths.logs, paths.run, paths.cache]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

function makeFolder(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    chmodSync(home, 0o700);
  } catch (cause) {
    const status = statSync(home, { throwIfNoEntry: false });
    const reason =
      status === undefined ? `cannot be made: ${String(cause)}` : 'belongs to another user or is no folder';
    throw new ClusterError('PREREQUISITE_MISSING', `the data folder ${home} ${reason}`, {
      cause,
      fix: 'choose another folder with --home or CLUSTER_AI_HOME',
    });
  }
}

/** Files of somebody else must not become part of a data folder, least of all when its permissions are changed. */
function assertEmpty(home: string): void {
  // A copy of the program and an interrupted first start may be there already.
  const own = new Set(['program', 'run', 'postgres', 'control-plane', 'logs', 'cache']);
  const isOwn = (name: string): boolean => own.has(name) || /^gateway-\d+$/.test(name) || name.endsWith('.partial');
  const foreign = readdirSync(home).filter((name) => !isOwn(name));
  if (foreign.length === 0) return;
  throw new ClusterError(
    'PREREQUISITE_MISSING',
    `${home} holds other files (${foreign.slice(0, 3).join(', ')}) and is no data folder of Cluster AI`,
    {
      fix: 'choose an empty or a new folder with --home or CLUSTER_AI_HOME',
    },
  );
}
