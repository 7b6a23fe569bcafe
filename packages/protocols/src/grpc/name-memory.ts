/** Names that are remembered at once: a power of two. */
const placesCount = 256;

/** Longer names are read each time, bytes. */
const lengthMax = 64;

interface Place {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Names that messages bring again and again, of models, tensors and datatypes, by their bytes: comparing them costs less than
 * reading them, and the text is the same each time, whose hash is known to whoever looks it up. Each place keeps the name that
 * came last.
 */
export class NameMemory {
  private readonly places: (Place | undefined)[] = Array.from({ length: placesCount });

  /** @param decode reads a name that is not known; what it throws is not remembered. */
  textOf(bytes: Uint8Array, start: number, end: number, decode: () => string): string {
    const length = end - start;
    if (length === 0 || length > lengthMax) return decode();
    const place = (31 * length + 7 * (bytes[start] ?? 0) + (bytes[end - 1] ?? 0)) & (placesCount - 1);
    const known = this.places[place];
    if (known !== undefined && isEqual(known.bytes, bytes, start, length)) return known.text;
    const text = decode();
    // Not `slice`: that of a Buffer shares its memory, which then would be kept.
    this.places[place] = { bytes: Uint8Array.from(bytes.subarray(start, end)), text };
    return text;
  }
}

function isEqual(name: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index += 1) if (name[index] !== bytes[start + index]) return false;
  return true;
}
