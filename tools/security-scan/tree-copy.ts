import { copyFile, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lastLines, runProgram } from './run-program.ts';

const GIT_TIMEOUT_MS = 60_000;

/**
 * Left out of the search for weak packages: what tests and scanners are made of never ships. Secrets are looked for
 * there, too.
 */
const neverShipped = /^(?:tests|tools\/security-scan\/scanners)\//;

/**
 * Copies what git lists or would list (committed or not, nothing ignored), so that the folders of packages and tools
 * beside it do not count as ours.
 */
export async function copyTree(root: string, folder: string, onlyShipped: boolean): Promise<void> {
  const { code, stdout, stderr } = await runProgram(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, timeoutMs: GIT_TIMEOUT_MS },
  );
  if (code !== 0) throw new ClusterError('PREREQUISITE_MISSING', `git cannot list ${root}: ${lastLines(stderr, 1)}`);
  for (const path of stdout.split('\0').filter((path) => path !== '')) {
    if (onlyShipped && neverShipped.test(path)) continue;
    // Deleted and not yet committed: git still lists it.
    const status = await lstat(join(root, path)).catch(() => null);
    if (status?.isFile() !== true) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(root, path), target);
  }
}
