import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npmSetting } from './npm.mjs';

/**
 * Whatever npm downloads, it keeps in its cache first: the growth of the cached contents is what came over the wire
 * (package descriptions are kept unpacked, so the figure is slightly above it, never below).
 */
export function measureDownloads(root) {
  const contents = join(npmSetting(root, 'cache'), '_cacache', 'content-v2');
  const before = bytesBelow(contents);
  return {
    summary() {
      const megabytes = ((bytesBelow(contents) - before) / 1e6).toFixed(1);
      return `${megabytes} MB downloaded (growth of npm's cache ${contents})`;
    },
  };
}

function bytesBelow(folder) {
  let bytes = 0;
  for (const entry of entriesOf(folder)) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    // A new home has no cache yet.
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
