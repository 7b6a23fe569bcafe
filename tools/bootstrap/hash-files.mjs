import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a build writes, never what it reads. */
const outputs = new Set(['node_modules', 'dist', 'dist.partial']);

/**
 * One SHA-256 over the names and bytes of files and of folders with all below them.
 * @param {string} root
 * @param {string[]} paths relative to root; one that does not exist counts as absent, which is also a state
 */
export function hashOfFiles(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, root, path);
  return hash.digest('hex');
}

function add(hash, root, path) {
  const status = statSync(join(root, path), { throwIfNoEntry: false });
  if (status === undefined) {
    hash.update(`${path}\0absent\0`);
  } else if (status.isDirectory()) {
    for (const name of readdirSync(join(root, path)).toSorted()) {
      if (!outputs.has(name)) add(hash, root, join(path, name));
    }
  } else {
    hash.update(`${path}\0${status.size}\0`).update(readFileSync(join(root, path)));
  }
}
