/** Tensors up to this many bytes share a block: memory of its own costs a small one more than reading it does. */
const sharedBytesMax = 512;

const blockBytes = 65_536;

/** Elements of every datatype may begin at its multiples. */
const alignment = 8;

let block = new ArrayBuffer(blockBytes);
let used = 0;

/**
 * Zeroed memory for the elements of a new tensor, aligned for each datatype. That of a small one is a part of a block, which
 * lives as long as any of the tensors in it; no part is given out twice.
 */
export function tensorMemory(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > sharedBytesMax) return new Uint8Array(bytes);
  if (used + bytes > blockBytes) {
    block = new ArrayBuffer(blockBytes);
    used = 0;
  }
  const memory = new Uint8Array(block, used, bytes);
  used += Math.ceil(bytes / alignment) * alignment;
  return memory;
}
