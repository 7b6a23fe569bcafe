import type { Difference } from './coverage.ts';
import type { SeededRandom } from './random.ts';

/** What mutators may draw on. */
export interface Material {
  readonly random: SeededRandom;
  /** Words of the input's language. */
  readonly words: readonly Uint8Array[];
  /** Inputs that others can be crossed with. */
  readonly others: readonly Uint8Array[];
  readonly differences: readonly Difference[];
}

type Mutator = (input: Uint8Array, material: Material) => Uint8Array;

const encoder = new TextEncoder();

const interesting = [0, 1, 7, 8, 16, 31, 32, 64, 100, 127, 128, 255, 256, 511, 512, 1_024, 4_096, 32_767, 32_768];
const interestingWide = [65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 53];

function splice(input: Uint8Array, start: number, end: number, middle: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start + middle.length + input.length - end);
  whole.set(input.subarray(0, start));
  whole.set(middle, start);
  whole.set(input.subarray(end), start + middle.length);
  return whole;
}

function stretchOf(input: Uint8Array, random: SeededRandom, max = input.length): { start: number; end: number } {
  const start = random.below(input.length + 1);
  return { start, end: Math.min(input.length, start + random.small(Math.max(1, max))) };
}

const flipBit: Mutator = (input, { random }) => {
  const changed = input.slice();
  const at = random.below(input.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
};

const setByte: Mutator = (input, { random }) => {
  const changed = input.slice();
  changed[random.below(input.length)] = random.below(256);
  return changed;
};

const addToByte: Mutator = (input, { random }) => {
  const changed = input.slice();
  const at = random.below(input.length);
  changed[at] = (changed[at] ?? 0) + random.below(33) - 16;
  return changed;
};

const insertBytes: Mutator = (input, { random }) => {
  const at = random.below(input.length + 1);
  const value = random.below(256);
  const isRun = random.oneIn(2);
  return splice(
    input,
    at,
    at,
    Uint8Array.from({ length: random.small(32) }, () => (isRun ? value : random.below(256))),
  );
};

const deleteStretch: Mutator = (input, { random }) => {
  const { start, end } = stretchOf(input, random);
  return splice(input, start, end, new Uint8Array());
};

const copyStretch: Mutator = (input, { random }) => {
  const { start, end } = stretchOf(input, random);
  const at = random.below(input.length + 1);
  return splice(input, at, random.oneIn(2) ? at : Math.min(input.length, at + end - start), input.subarray(start, end));
};

const writeInteger: Mutator = (input, { random }) => {
  const width = random.pick([1, 2, 4, 8]);
  const bytes = new Uint8Array(8);
  const value = BigInt(random.pick(width > 2 ? [...interesting, ...interestingWide] : interesting));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, random.oneIn(4) ? BigInt.asUintN(64, -value) : value, true);
  const written = bytes.slice(0, width);
  const at = random.below(input.length + 1);
  return splice(input, at, Math.min(input.length, at + width), random.oneIn(2) ? written : written.toReversed());
};

const writeWord: Mutator = (input, { random, words }) => {
  if (words.length === 0) return input;
  const word = random.pick(words);
  const at = random.below(input.length + 1);
  return splice(input, at, random.oneIn(2) ? at : Math.min(input.length, at + word.length), word);
};

const crossOver: Mutator = (input, { random, others }) => {
  if (others.length === 0) return input;
  const other = random.pick(others);
  const from = stretchOf(other, random);
  const to = stretchOf(input, random);
  return splice(input, to.start, to.end, other.subarray(from.start, from.end));
};

/** Digits that stand together are a number: another number takes their place. */
const changeNumber: Mutator = (input, { random }) => {
  const text = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return input;
  const { 0: digits, index } = random.pick(numbers);
  const value = random.oneIn(3)
    ? random.pick([...interesting, ...interestingWide])
    : Number(digits) + random.below(9) - 4;
  return splice(input, index, index + digits.length, encoder.encode(String(value)));
};

/**
 * Somewhere the program compared what stands in the input with something else: that something takes its place, in the
 * form in which the first was found.
 */
export const settleDifference: Mutator = (input, { random, differences }) => {
  if (differences.length === 0) return input;
  const pair = random.pick(differences);
  const [found, wanted] = random.oneIn(2) ? pair : [pair[1], pair[0]];
  const forms = formsOf(found, wanted).filter(([form]) => form.length > 0 && form.length <= input.length);
  if (forms.length === 0) return input;
  const buffer = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const [form, other] = random.pick(forms);
  const from = random.below(input.length);
  const after = buffer.indexOf(form, from);
  const at = after === -1 ? buffer.indexOf(form) : after;
  return at === -1 ? input : splice(input, at, at + form.length, other);
};

/** Both values in each form in which they may stand in an input. */
function formsOf(found: unknown, wanted: unknown): (readonly [Uint8Array, Uint8Array])[] {
  if (typeof found === 'string' && typeof wanted === 'string') return [[encoder.encode(found), encoder.encode(wanted)]];
  if (typeof found !== 'number' || typeof wanted !== 'number') return [];
  const texts = [encoder.encode(String(found)), encoder.encode(String(wanted))] as const;
  if (!Number.isSafeInteger(found) || !Number.isSafeInteger(wanted)) return [texts];
  return [
    texts,
    ...[1, 2, 4, 8].flatMap((width) =>
      found < 2 ** (8 * width) && wanted < 2 ** (8 * width)
        ? [true, false].map((isLittle) => [integer(found, width, isLittle), integer(wanted, width, isLittle)] as const)
        : [],
    ),
  ];
}

function integer(value: number, width: number, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  const written = bytes.slice(0, width);
  return isLittle ? written : written.toReversed();
}

const mutators: readonly Mutator[] = [
  flipBit,
  setByte,
  addToByte,
  insertBytes,
  deleteStretch,
  copyStretch,
  writeInteger,
  writeWord,
  writeWord,
  crossOver,
  changeNumber,
  settleDifference,
  settleDifference,
];

/** One small change, of a kind that chance picks. */
export function mutateBytes(input: Uint8Array, material: Material): Uint8Array {
  // Most mutators need something to change.
  const mutator =
    input.length === 0 ? material.random.pick([insertBytes, writeWord, crossOver]) : material.random.pick(mutators);
  return mutator(input, material);
}

/**
 * Repeats a piece, as it is or with a number in it, until the input has many times its size: what takes time that grows with the square of the size, or
 * memory that nobody sent, shows here.
 */
export function inflate(input: Uint8Array, random: SeededRandom, bytes: number): Uint8Array {
  if (input.length === 0) return input;
  const { start, end } = stretchOf(input, random, 64);
  const piece = input.subarray(start, Math.max(end, start + 1));
  if (piece.length === 0) return input;
  const room = Math.max(0, bytes - input.length);
  const at = random.below(piece.length + 1);
  const isNumbered = random.oneIn(2);
  const run = new Uint8Array(room);
  let filled = 0;
  for (let index = 0; filled < room; index += 1) {
    const next = isNumbered ? splice(piece, at, at, encoder.encode(index.toString(36))) : piece;
    if (filled + next.length > room) break;
    run.set(next, filled);
    filled += next.length;
  }
  return splice(input, end, end, run.subarray(0, filled));
}
