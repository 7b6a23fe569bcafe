/** Smaller memory is worth no call of its own, bytes. */
const bytesMin = 16_384;

/**
 * Gives the memory of a large piece back at once. V8 counts what lies outside its heap, and collects the whole heap each
 * time 64 MiB of it have come: for bodies of half a megabyte that is every fiftieth request, and half of all their time.
 * @param piece nobody may look at it any more. One that shares its memory with others is left alone.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < bytesMin || buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}
