import type { Material } from './mutate-bytes.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { SeededRandom } from './random.ts';

/** A field of a protobuf message, as far as the wire format alone tells. */
interface Field {
  number: number;
  wire: number;
  /** Of a varint; for the others see below. */
  varint: bigint;
  /** Of fixed and length-delimited fields. */
  bytes: Uint8Array;
  /** The bytes again, where they can be read as a message. */
  fields: Field[] | null;
}

const depthMax = 12;
const numbers = [
  0n,
  1n,
  2n,
  7n,
  8n,
  14n,
  127n,
  128n,
  255n,
  4_096n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/**
 * Changes a protobuf message field by field, at any depth, and writes the lengths anew. Null when the input is none.
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export function mutateProtobuf(input: Uint8Array, material: Material): Uint8Array | null {
  const fields = readFields(input, 0);
  if (fields === null || fields.length === 0) return null;
  for (let changes = material.random.small(4); changes > 0; changes -= 1) change(fields, material);
  return writeFields(fields);
}

function change(fields: Field[], material: Material): void {
  const { random } = material;
  if (fields.length === 0) return;
  const at = random.below(fields.length);
  const field = fields[at];
  if (field === undefined) return;
  if (field.fields !== null && !random.oneIn(4)) {
    change(field.fields, material);
    return;
  }
  switch (random.below(8)) {
    case 0:
      fields.splice(at, 1);
      return;
    case 1:
      // A chain of copies would double with each: they are few.
      if (fields.length < 512) fields.splice(random.below(fields.length + 1), 0, structuredClone(field));
      return;
    case 2:
      field.number = random.oneIn(2) ? random.below(32) + 1 : Math.max(1, field.number + random.below(5) - 2);
      return;
    case 3:
      fields.splice(at, 1, ...fields.splice(random.below(fields.length), 1), field);
      return;
    case 4:
      // A message within itself: graphs in attributes of graphs.
      if (field.fields !== null) field.fields.push(structuredClone(field));
      return;
    case 5:
      fields.push(strange(random));
      return;
    default:
      changeValue(field, material);
  }
}

function changeValue(field: Field, material: Material): void {
  const { random } = material;
  if (field.wire === 0) {
    field.varint = random.oneIn(2)
      ? random.pick(numbers)
      : BigInt.asUintN(64, field.varint + BigInt(random.below(9) - 4));
    return;
  }
  field.fields = null;
  field.bytes =
    random.oneIn(4) && material.words.length > 0 ? random.pick(material.words) : mutateBytes(field.bytes, material);
  if (field.wire === 1) field.bytes = fixed(field.bytes, 8);
  if (field.wire === 5) field.bytes = fixed(field.bytes, 4);
}

function strange(random: SeededRandom): Field {
  const wire = random.pick([0, 1, 2, 5]);
  const size = wire === 1 ? 8 : wire === 5 ? 4 : random.small(16);
  const bytes = Uint8Array.from({ length: size }, () => random.below(256));
  return { number: random.below(32) + 1, wire, varint: random.pick(numbers), bytes, fields: null };
}

function fixed(bytes: Uint8Array, size: number): Uint8Array {
  const exact = new Uint8Array(size);
  exact.set(bytes.subarray(0, size));
  return exact;
}

function readFields(bytes: Uint8Array, depth: number): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    if (tag === null || tag.value < 8n || tag.value >= 2n ** 32n) return null;
    const wire = Number(tag.value & 7n);
    const read = readValue(bytes, tag.end, wire, depth);
    if (read === null) return null;
    fields.push({ number: Number(tag.value >> 3n), wire, varint: read.varint, bytes: read.bytes, fields: read.fields });
    at = read.end;
  }
  return fields;
}

function readValue(
  bytes: Uint8Array,
  at: number,
  wire: number,
  depth: number,
): (Omit<Field, 'number' | 'wire'> & { end: number }) | null {
  const empty = new Uint8Array();
  if (wire === 0) {
    const read = readVarint(bytes, at);
    return read === null ? null : { varint: read.value, bytes: empty, fields: null, end: read.end };
  }
  const length = wire === 2 ? readVarint(bytes, at) : { value: wire === 1 ? 8n : 4n, end: at };
  if (length === null || ![1, 2, 5].includes(wire) || length.value > bytes.length - length.end) return null;
  const end = length.end + Number(length.value);
  const value = bytes.subarray(length.end, end);
  const isMessage = wire === 2 && value.length > 1 && depth < depthMax;
  return { varint: 0n, bytes: value, fields: isMessage ? readFields(value, depth + 1) : null, end };
}

function readVarint(bytes: Uint8Array, at: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let index = 0; index < 10 && at + index < bytes.length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + index + 1 };
  }
  return null;
}

function writeFields(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(({ number, wire, varint, bytes, fields: inner }) => {
      const tag = writeVarint(BigInt(number * 8 + wire));
      if (wire === 0) return Buffer.concat([tag, writeVarint(varint)]);
      const value = inner === null ? bytes : writeFields(inner);
      return wire === 2 ? Buffer.concat([tag, writeVarint(BigInt(value.length)), value]) : Buffer.concat([tag, value]);
    }),
  );
}

function writeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
