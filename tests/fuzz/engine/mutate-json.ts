import type { Material } from './mutate-bytes.ts';
import type { SeededRandom } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Where a JSON text lies in an input that may have something before and behind it. */
interface Embedded {
  readonly start: number;
  readonly end: number;
  readonly value: Json;
}

const encoder = new TextEncoder();
const strangeNames = ['__proto__', 'constructor', 'toString', 'length', '', '0'];
/** Stand in for tokens that JSON.stringify does not write. */
const rawMark = 'raw token ';
const rawTokens = [
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '1e999',
  '9007199254740993',
  '18446744073709551616',
  '1E+2',
  '0.1e-7',
];

/** Changes a JSON text in its own terms: a value, a key, an element more or less. Null when the input has none. */
export function mutateJson(input: Uint8Array, material: Material): Uint8Array | null {
  const found = findJson(input);
  if (found === null) return null;
  const { random } = material;
  let { value } = found;
  for (let changes = random.small(4); changes > 0; changes -= 1) value = changed(value, material);
  const text = encoder.encode(written(value));
  const whole = new Uint8Array(found.start + text.length + input.length - found.end);
  whole.set(input.subarray(0, found.start));
  whole.set(text, found.start);
  whole.set(input.subarray(found.end), found.start + text.length);
  return whole;
}

function written(value: Json): string {
  return JSON.stringify(value).replaceAll(new RegExp(`"${rawMark}([^"]*)"`, 'g'), '$1');
}

/** The first object or array in the input that can be parsed as such. */
function findJson(input: Uint8Array): Embedded | null {
  const start = input.findIndex((byte) => byte === 0x7b || byte === 0x5b);
  if (start === -1) return null;
  const end = endOfJson(input, start);
  if (end === null) return null;
  try {
    const text = Buffer.from(input.buffer, input.byteOffset + start, end - start).toString('utf8');
    return { start, end, value: JSON.parse(text.replaceAll(/-?\b(?:NaN|Infinity)\b/g, '0')) as Json }; // JSON.parse gives JSON.
  } catch {
    // It only looked like JSON; the mutators of bytes will do.
    return null;
  }
}

function endOfJson(input: Uint8Array, start: number): number | null {
  let depth = 0;
  let isText = false;
  for (let index = start; index < input.length; index += 1) {
    const byte = input[index];
    if (isText) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth === 0) return index + 1;
  }
  return null;
}

/** Goes down to some value by chance and changes it there. */
function changed(value: Json, material: Material): Json {
  const { random } = material;
  const isContainer = typeof value === 'object' && value !== null;
  if (!isContainer || random.oneIn(5)) return replaced(value, material);
  if (Array.isArray(value)) return changedArray(value, material);
  const keys = Object.keys(value);
  if (keys.length === 0 || random.oneIn(4)) return changedKeys(value, keys, material);
  const key = random.pick(keys);
  return { ...value, [key]: changed(value[key] ?? null, material) };
}

function changedArray(value: Json[], material: Material): Json {
  const { random } = material;
  const at = random.below(value.length + 1);
  const here = value[at];
  if (here === undefined || random.oneIn(5)) {
    return value.toSpliced(at, 0, value.length > 0 && random.oneIn(2) ? random.pick(value) : leaf(material));
  }
  switch (random.below(6)) {
    case 0:
      return value.toSpliced(at, 1);
    case 1:
      return [...value, ...value].slice(0, 256);
    case 2:
      return value.toReversed();
    default:
      return value.with(at, changed(here, material));
  }
}

function changedKeys(value: { [key: string]: Json }, keys: readonly string[], material: Material): Json {
  const { random } = material;
  const name = nameOf(material);
  if (keys.length === 0) return { [name]: leaf(material) };
  const key = random.pick(keys);
  const { [key]: own = null, ...rest } = value;
  switch (random.below(4)) {
    case 0:
      return rest;
    case 1:
      return { ...rest, [name]: own };
    case 2:
      return { ...value, [name]: own };
    default:
      return { ...value, [name]: leaf(material) };
  }
}

function replaced(value: Json, material: Material): Json {
  const { random } = material;
  switch (random.below(6)) {
    case 0:
      return [value];
    case 1:
      return { [nameOf(material)]: value };
    case 2:
      return nested(value, random);
    case 3:
      return typeof value === 'string' ? changedText(value, material) : leaf(material);
    case 4:
      return typeof value === 'number' ? value + random.below(5) - 2 : leaf(material);
    default:
      return leaf(material);
  }
}

function changedText(value: string, { random }: Material): string {
  const at = random.below(value.length + 1);
  const pieces = ['', '\0', '\u{1f600}', '\ud800', '/', '..', '%', '"', '\\', '\n', ' ', 'é', '*', '-', '1'];
  const end = random.oneIn(2) ? at : Math.min(value.length, at + random.small(8));
  return value.slice(0, at) + random.pick(pieces) + value.slice(end);
}

function nested(value: Json, random: SeededRandom): Json {
  let deep = value;
  for (let depth = random.pick([2, 10, 99, 101, 500]); depth > 0; depth -= 1) deep = [deep];
  return deep;
}

function leaf(material: Material): Json {
  const { random } = material;
  switch (random.below(8)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.pick([
        0,
        1,
        -1,
        2,
        3,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        2 ** 31 - 1,
        2 ** 31,
        2 ** 32,
        0.5,
        -0.5,
        1e-7,
      ]);
    case 3:
      return random.pick([2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324]);
    case 4:
      return rawMark + random.pick(rawTokens);
    case 5:
      return random.oneIn(2) ? [] : {};
    case 6:
      return 'x'.repeat(random.pick([0, 1, 64, 128, 255, 256, 1_024]));
    default:
      return nameOf(material);
  }
}

function nameOf({ random, words }: Material): string {
  const isStrange = words.length === 0 || random.oneIn(8);
  if (isStrange) return random.pick(strangeNames);
  return new TextDecoder().decode(random.pick(words));
}
