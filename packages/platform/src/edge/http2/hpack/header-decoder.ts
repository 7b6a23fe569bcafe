import type { Headers } from '../../edge.ts';
import { BlockReader } from './block-reader.ts';
import { Http2CompressionError } from './compression-error.ts';
import { DynamicTable, fieldBytes } from './dynamic-table.ts';
import { staticTable, type Field } from './static-table.ts';

// What the first bits of a field say: RFC 7541, section 6. Fields "without indexing" and "never indexed" are the same to
// whoever does not pass them on.
const isIndexed = 0x80;
const isAdded = 0x40;
const isSizeUpdate = 0x20;
const addedMask = 0x3f;
const updateMask = 0x1f;
const notAddedMask = 0x0f;

/** Blocks that are remembered with what they said, and their bytes at most. */
const rememberedMax = 32;
const rememberedBytesMax = 256;

/** Reads the header blocks of one direction of a connection, in the order in which they came: RFC 7541. */
export class HeaderDecoder {
  private readonly table: DynamicTable;
  private readonly headerBytesMax: number;
  private tableBytesMax: number;
  /** What the other end has taken for its table. */
  private tableBytes: number;
  /** The other end has agreed to a smaller table than it uses, and must say so in its next block. */
  private owesUpdate = false;
  private tableChanged = false;
  /** What blocks say that change no table, until one does. Clients that call again and again send the same bytes. */
  private readonly remembered = new Map<string, Headers>();

  /**
   * @param tableBytesMax bytes of the dynamic table that the other end may use: 4096 until it has agreed to another number.
   * @param headerBytesMax bytes of a list of headers at most, each counted with 32 more than its name and value:
   * SETTINGS_MAX_HEADER_LIST_SIZE.
   */
  constructor(tableBytesMax: number, headerBytesMax: number) {
    this.table = new DynamicTable(tableBytesMax);
    this.tableBytesMax = tableBytesMax;
    this.tableBytes = tableBytesMax;
    this.headerBytesMax = headerBytesMax;
  }

  /** To be called when the other end has acknowledged a SETTINGS_HEADER_TABLE_SIZE. */
  limitTable(tableBytesMax: number): void {
    this.tableBytesMax = tableBytesMax;
    // RFC 9113, section 4.3.1: the next block must begin with the new size.
    if (tableBytesMax < this.tableBytes) this.owesUpdate = true;
  }

  /**
   * @param block a whole header block. Nothing of it is kept.
   * @returns the headers in order, pseudo-headers included, values as latin-1. Equal blocks between two changes of the table
   * give the same list, as a rule, so that who reads it may remember what it read. Null when they are larger than the limit:
   * the block has then been read to its end all the same, and the connection can go on.
   * @throws Http2CompressionError for a broken block. The decoder must not be used again.
   */
  decode(block: Uint8Array): Headers | null {
    const reader = new BlockReader(block);
    const mayRemember = block.length <= rememberedBytesMax && !this.owesUpdate;
    const text = mayRemember ? reader.text : '';
    const known = mayRemember ? this.remembered.get(text) : undefined;
    if (known !== undefined) return known;
    this.tableChanged = false;
    this.readUpdates(reader);
    const headers = this.readFields(reader);
    if (this.tableChanged) this.remembered.clear();
    else if (mayRemember && headers !== null) this.remember(text, headers);
    return headers;
  }

  private remember(text: string, headers: Headers): void {
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(text, headers);
  }

  private readFields(reader: BlockReader): Headers | null {
    let headers: Field[] | null = [];
    let bytes = 0;
    while (!reader.atEnd) {
      const field = this.readField(reader);
      if (headers === null) continue;
      bytes += fieldBytes(field[0].length, field[1].length);
      if (bytes > this.headerBytesMax) headers = null;
      else headers.push(field);
    }
    return headers;
  }

  /** Section 4.2: a change of the table's size stands at the begin of a block. */
  private readUpdates(reader: BlockReader): void {
    while (!reader.atEnd && (reader.peek() & 0xe0) === isSizeUpdate) {
      const bytesMax = reader.integer(updateMask);
      if (bytesMax > this.tableBytesMax) {
        throw new Http2CompressionError(
          `a dynamic table of ${bytesMax} bytes is larger than the ${this.tableBytesMax} that were agreed on`,
        );
      }
      this.table.resize(bytesMax);
      this.tableChanged = true;
      this.tableBytes = bytesMax;
      this.owesUpdate = false;
    }
    if (this.owesUpdate) {
      throw new Http2CompressionError('a header block does not begin with the size that was agreed on');
    }
  }

  private readField(reader: BlockReader): Field {
    const first = reader.peek();
    if (first >= isIndexed) return this.fieldAt(reader.integer(0x7f));
    if (first >= isAdded) {
      const field = this.readLiteral(reader, addedMask);
      this.table.add(field);
      this.tableChanged = true;
      return field;
    }
    if (first < isSizeUpdate) return this.readLiteral(reader, notAddedMask);
    throw new Http2CompressionError('the size of the dynamic table changes in the middle of a header block');
  }

  private readLiteral(reader: BlockReader, mask: number): Field {
    const index = reader.integer(mask);
    const name = index === 0 ? reader.string() : this.fieldAt(index)[0];
    return [name, reader.string()];
  }

  private fieldAt(index: number): Field {
    const field = index <= staticTable.length ? staticTable[index - 1] : this.table.at(index - 1 - staticTable.length);
    if (field === undefined) {
      throw new Http2CompressionError(`a header block names the entry ${index}, which there is not`);
    }
    return field;
  }
}
