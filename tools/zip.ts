import { inflateRawSync } from 'node:zlib';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const COMMENT_BYTES_MAX = 65_535;

export interface ZipEntry {
  readonly path: string;
  /** Bytes when it is unpacked. */
  readonly size: number;
  /** Unpacks it. @throws ClusterError CHECKSUM_MISMATCH when the bytes are not of the announced length. */
  read(): Buffer;
}

/**
 * Lists the files of a zip archive (PKWARE APPNOTE 6.3.10, without ZIP64, encryption and parts). Nothing is written to
 * disk, so no path in the archive can point anywhere.
 *
 * @throws ClusterError INVALID_ARGUMENT when it is no such archive.
 */
export function entriesOfZip(archive: Buffer): ZipEntry[] {
  const end = endOfDirectory(archive);
  const count = archive.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(offset) !== DIRECTORY_ENTRY) throw broken('its directory ends early');
    const nameBytes = archive.readUInt16LE(offset + 28);
    const path = archive.toString('utf8', offset + 46, offset + 46 + nameBytes);
    const entry = {
      method: archive.readUInt16LE(offset + 10),
      packedBytes: archive.readUInt32LE(offset + 20),
      size: archive.readUInt32LE(offset + 24),
      start: archive.readUInt32LE(offset + 42),
    };
    if (!path.endsWith('/')) {
      entries.push({ path, size: entry.size, read: () => unpack(archive, path, entry) });
    }
    offset += 46 + nameBytes + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  return entries;
}

interface Place {
  readonly method: number;
  readonly packedBytes: number;
  readonly size: number;
  readonly start: number;
}

function unpack(archive: Buffer, path: string, { method, packedBytes, size, start }: Place): Buffer {
  if (archive.readUInt32LE(start) !== LOCAL_ENTRY) throw broken(`${path} is not where its directory says`);
  const data = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
  const packed = archive.subarray(data, data + packedBytes);
  if (method !== 0 && method !== 8) throw broken(`${path} is packed by method ${method}, which is not read here`);
  const content = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size) {
    throw new ClusterError('CHECKSUM_MISMATCH', `${path} has ${content.length} bytes in the archive, expected ${size}`);
  }
  return content;
}

function endOfDirectory(archive: Buffer): number {
  const first = Math.max(0, archive.length - 22 - COMMENT_BYTES_MAX);
  for (let offset = archive.length - 22; offset >= first; offset -= 1) {
    if (archive.readUInt32LE(offset) === END_OF_DIRECTORY) return offset;
  }
  throw broken('it has no directory at its end');
}

function broken(why: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `this is not a whole zip archive: ${why}`);
}
