import { Http2CompressionError } from './compression-error.ts';
import { huffmanBytesMax, huffmanDecode } from './huffman-decode.ts';

/** Octets that may follow the first one of an integer: 2^28 is more than any length or index here can be. */
const integerOctetsMax = 4;

/** Huffman strings up to this size are unpacked into one scratch that is kept. */
const scratchBytes = 16_384;
const scratch = Buffer.allocUnsafeSlow(scratchBytes);

/** Integers and strings of a header block, one after another: RFC 7541, section 5. */
export class BlockReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(block: Uint8Array) {
    this.bytes = Buffer.isBuffer(block) ? block : Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  }

  /** The whole block, to be compared with others. */
  get text(): string {
    return this.bytes.toString('latin1');
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The octet that tells what comes next. It is read again as the begin of an integer. */
  peek(): number {
    return this.bytes[this.at] ?? 0;
  }

  /**
   * Reads an integer whose first bits share an octet with something else.
   * @param mask has ones where the integer's bits are.
   * @throws Http2CompressionError when it is not whole, or longer than anything here needs.
   */
  integer(mask: number): number {
    const first = this.octet() & mask;
    if (first < mask) return first;
    let value = mask;
    for (let index = 0; index < integerOctetsMax; index += 1) {
      const octet = this.octet();
      value += (octet & 0x7f) * 2 ** (7 * index);
      if (octet < 0x80) return value;
    }
    throw new Http2CompressionError('an integer in a header block is too large');
  }

  /** Reads a string literal. @throws Http2CompressionError when it is not whole, or not in the Huffman code it announces. */
  string(): string {
    const isHuffman = this.peek() >= 0x80;
    const length = this.integer(0x7f);
    const start = this.at;
    const end = start + length;
    if (end > this.bytes.length) throw new Http2CompressionError('a string ends after its header block');
    this.at = end;
    if (!isHuffman) return this.bytes.toString('latin1', start, end);
    const unpackedMax = huffmanBytesMax(length);
    const target = unpackedMax <= scratchBytes ? scratch : Buffer.allocUnsafe(unpackedMax);
    return target.toString('latin1', 0, huffmanDecode(this.bytes, start, end, target));
  }

  private octet(): number {
    const octet = this.bytes[this.at];
    if (octet === undefined) throw new Http2CompressionError('a header block ends in the middle of a field');
    this.at += 1;
    return octet;
  }
}
