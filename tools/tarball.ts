import { gunzipSync } from 'node:zlib';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const BLOCK_BYTES = 512;

/**
 * Takes the named files out of an npm tarball (gzip around ustar with pax headers; every path begins with `package/`).
 * Nothing is written to disk, so no path in the archive can point anywhere.
 *
 * @param unpackedBytesMax what the archive may grow to; a small file can unpack to gigabytes.
 * @throws ClusterError NOT_FOUND naming the files that the archive does not have.
 */
export function filesOfTarball(
  archive: Uint8Array,
  paths: readonly string[],
  unpackedBytesMax: number,
): Map<string, Buffer> {
  const wanted = new Set(paths);
  const files = new Map<string, Buffer>();
  for (const { path, content } of entries(gunzipSync(archive, { maxOutputLength: unpackedBytesMax }))) {
    // npm calls the top folder `package`, some old publishers called it otherwise.
    const inside = path.slice(path.indexOf('/') + 1);
    if (wanted.has(inside)) files.set(inside, content);
  }
  const missing = paths.filter((path) => !files.has(path));
  if (missing.length > 0) throw new ClusterError('NOT_FOUND', `the archive has no ${missing.join(', no ')}`);
  return files;
}

/** Format: POSIX.1-2024, pax utility, "ustar interchange format" and "pax header". */
function* entries(tar: Buffer): Generator<{ path: string; content: Buffer }> {
  let longPath: string | null = null;
  for (let offset = 0; offset + BLOCK_BYTES <= tar.length;) {
    const header = tar.subarray(offset, offset + BLOCK_BYTES);
    if (header[0] === 0) return;
    const size = Number.parseInt(text(header, 124, 12), 8);
    const start = offset + BLOCK_BYTES;
    const content = tar.subarray(start, start + size);
    const type = text(header, 156, 1);
    if (type === 'x') longPath = /^\d+ path=(.*)$/m.exec(content.toString('utf8'))?.[1] ?? null;
    else {
      const prefix = text(header, 345, 155);
      const path = longPath ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
      longPath = null;
      if (type === '0' || type === '') yield { path, content };
    }
    offset = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

/** A text field of a header ends at its first zero byte. */
function text(header: Buffer, start: number, length: number): string {
  return (
    header
      .toString('utf8', start, start + length)
      .split('\0', 1)[0]
      ?.trim() ?? ''
  );
}
