import { execFileSync, spawnSync } from 'node:child_process';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups that the user is in. */
  readonly groups: readonly number[];
}

/** The user with this name, or null. @throws ClusterError CONFIG_INVALID for root itself. */
export function findSystemUser(name: string): SystemUser | null {
  const [uid] = idsOf('-u', name);
  const [gid] = idsOf('-g', name);
  if (uid === undefined || gid === undefined) return null;
  if (uid === 0) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `the user ${name} is root: PostgreSQL refuses it, and models must not run as it`,
      {
        fix: 'leave --user away, or name an ordinary user',
      },
    );
  }
  return { name, uid, gid, groups: idsOf('-G', name) };
}

/** Creates a system user with a group of its own, no password, no shell and no home. @throws ClusterError PREREQUISITE_MISSING. */
export function createSystemUser(name: string): SystemUser {
  try {
    execFileSync(
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        '--comment',
        'Cluster AI',
        name,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    );
  } catch (cause) {
    // Another start may have been quicker.
    const made = findSystemUser(name);
    if (made !== null) return made;
    throw new ClusterError('PREREQUISITE_MISSING', `the system user ${name} cannot be created: ${String(cause)}`, {
      cause,
      fix: 'create it, or name an existing user with --user',
    });
  }
  const user = findSystemUser(name);
  if (user === null) {
    throw new ClusterError('PREREQUISITE_MISSING', `the system user ${name} was created and cannot be found`);
  }
  return user;
}

/**
 * True when the user may do all of this: read the files, enter the folders, run the programs. Asked of the kernel by a
 * process of that user, which sees every folder on the way as well.
 */
export function mayUse(
  user: SystemUser,
  paths: {
    readonly files?: readonly string[];
    readonly folders?: readonly string[];
    readonly programs?: readonly string[];
  },
): boolean {
  const { files = [], folders = [], programs = [] } = paths;
  const script = 'while [ $# -gt 0 ]; do test "$1" "$2" || exit 1; shift 2; done';
  const checks = [
    ...files.map((path) => ['-r', path]),
    ...folders.map((path) => ['-x', path]),
    ...programs.map((path) => ['-x', path]),
  ].flat();
  const result = spawnSync('/bin/sh', ['-c', script, 'sh', ...checks], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return result.status === 0;
}

function idsOf(flag: string, name: string): number[] {
  const result = spawnSync('id', [flag, '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return result.status === 0 ? result.stdout.trim().split(' ').map(Number) : [];
}
