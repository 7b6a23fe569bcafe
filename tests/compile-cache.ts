import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Each platform of a test has a new data folder, and would compile all sources again: seconds at its start, and at its end,
// when Node writes what it has made. Those of one run of the tests share a folder for each user that they run as.

/** Names the folder, from the run to its workers. */
const variable = 'TEST_COMPILE_CACHES';

/** The user that `cluster-ai up` becomes under root, unless it is told another. */
const defaultUser = 'cluster-ai';

/** Of vitest, once for all files. @returns what ends it. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-compiled-'));
  // Entered by those users, and changed by none.
  chmodSync(folder, 0o711);
  process.env[variable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What a platform with these flags is started with. Empty while its user is yet to be made. */
export function sharedCompileCache(flags: readonly string[]): Record<string, string> {
  const parent = process.env[variable];
  if (parent === undefined) return {};
  const named = flags.includes('--user') ? flags[flags.indexOf('--user') + 1] : undefined;
  const uid = process.getuid?.() === 0 ? uidOf(named ?? defaultUser) : process.getuid?.();
  if (uid === undefined) return {};
  const folder = join(parent, String(uid));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, uid, process.getgid?.() ?? 0);
  return { NODE_COMPILE_CACHE: folder };
}

function uidOf(name: string): number | undefined {
  try {
    return Number(execFileSync('id', ['-u', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    // Nobody has this name yet.
    return undefined;
  }
}
