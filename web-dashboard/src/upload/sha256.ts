import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Bytes that are in memory at once. */
const chunkBytes = 4 * 1_024 * 1_024;

/**
 * The SHA-256 of a file in lower-case hex, read piece by piece: the browser's own hash takes only what fits in memory.
 * @param onBytes told how many bytes have been read
 * @throws what the browser throws for a file that has changed or is gone
 */
export async function sha256OfFile(file: Blob, onBytes: (bytes: number) => void): Promise<string> {
  const hash = sha256.create();
  for (let offset = 0; offset < file.size; offset += chunkBytes) {
    hash.update(new Uint8Array(await file.slice(offset, offset + chunkBytes).arrayBuffer()));
    onBytes(Math.min(file.size, offset + chunkBytes));
  }
  return bytesToHex(hash.digest());
}
