import type { Field } from './static-table.ts';

/** What an entry counts besides its name and value: RFC 7541, section 4.1. */
const entryBytesMore = 32;

/** Bytes that a field counts in tables, and in the limit on a list of headers. */
export function fieldBytes(nameLength: number, valueLength: number): number {
  return nameLength + valueLength + entryBytesMore;
}

/** The dynamic table of RFC 7541, section 2.3.2: what was added last comes first, and the oldest leave when it is full. */
export class DynamicTable {
  /** A ring: its length is a power of two. */
  private ring: (Field | undefined)[] = Array.from({ length: 32 });
  /** Where the next entry goes. */
  private next = 0;
  private count = 0;
  private bytes = 0;
  private bytesMax: number;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** @param age 0 is the newest. @returns undefined where there is no entry. */
  at(age: number): Field | undefined {
    return age < this.count ? this.ring[(this.next - 1 - age) & (this.ring.length - 1)] : undefined;
  }

  /** Adds an entry. One that is larger than the table leaves it empty, which is no error. */
  add(field: Field): void {
    const size = fieldBytes(field[0].length, field[1].length);
    this.evictTo(this.bytesMax - size);
    if (size > this.bytesMax) return;
    if (this.count === this.ring.length) this.grow();
    this.ring[this.next] = field;
    this.next = (this.next + 1) & (this.ring.length - 1);
    this.count += 1;
    this.bytes += size;
  }

  resize(bytesMax: number): void {
    this.bytesMax = bytesMax;
    this.evictTo(bytesMax);
  }

  private evictTo(bytesMax: number): void {
    while (this.count > 0 && this.bytes > bytesMax) {
      const oldest = (this.next - this.count) & (this.ring.length - 1);
      const field = this.ring[oldest];
      if (field !== undefined) this.bytes -= fieldBytes(field[0].length, field[1].length);
      this.ring[oldest] = undefined;
      this.count -= 1;
    }
  }

  private grow(): void {
    const oldestFirst = Array.from({ length: this.count }, (_, index) => this.at(this.count - 1 - index));
    this.ring = [...oldestFirst, ...Array.from({ length: this.count }, () => undefined)];
    this.next = this.count;
  }
}
