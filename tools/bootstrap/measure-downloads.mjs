import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { npmSetting } from './npm.mjs';

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Whatever npm downloads, it keeps in its cache first: what is new there came over the wire. Tarballs are kept as they
 * came; descriptions of packages are kept unpacked, so they are compressed again as the registry sends them.
 */
export function measureDownloads(root) {
  const contents = join(npmSetting(root, 'cache'), '_cacache', 'content-v2');
  const before = new Set(filesBelow(contents));
  return {
    summary() {
      const bytes = filesBelow(contents)
        .filter((path) => !before.has(path))
        .reduce((sum, path) => sum + bytesOnTheWire(path), 0);
      return `${(bytes / 1e6).toFixed(1)} MB downloaded (what is new in npm's cache, ${contents})`;
    },
  };
}

function bytesOnTheWire(path) {
  const content = readFileSync(path);
  return content.subarray(0, gzipMagic.length).equals(gzipMagic) ? content.length : gzipSync(content).length;
}

function filesBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    // A new home has no cache yet.
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
