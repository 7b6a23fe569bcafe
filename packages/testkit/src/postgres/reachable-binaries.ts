import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { postgresBinariesIn } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import type { ServerUser } from '@cluster-ai/platform/postgres/embedded-server.ts';

/**
 * The programs where the user can run them: where they are, or a copy in `folder` when a folder above them is closed, as
 * in a checkout that root made with `mktemp -d`.
 */
export function reachableBinaries(
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  folder: string,
): PostgresBinaries {
  if (user === undefined || canRun(binaries.postgres, user)) return binaries;
  const installation = dirname(dirname(binaries.postgres));
  const copy = join(folder, 'installation');
  cpSync(installation, copy, { recursive: true, verbatimSymlinks: true });
  return postgresBinariesIn(join(copy, 'bin'));
}

function canRun(program: string, user: ServerUser): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', program], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
  );
}
