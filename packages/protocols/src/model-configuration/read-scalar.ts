import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import type { ScalarType } from './message-shape.ts';

const ranges: Readonly<Record<'int32' | 'uint32' | 'int64' | 'uint64', readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** A value, or the sentence that says why it is none. */
export type ScalarResult = { readonly value: number | boolean } | { readonly problem: string };

const decimal = /^-?(?:0[xX][0-9A-Fa-f]{1,32}|0[0-7]{0,64}|[1-9]\d{0,64})$/;
const float = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?$/;
const notFinite = /^-?(?:inf|infinity|nan)$/i;

/** A number as the text format writes it: decimal, hexadecimal or octal for integers. Above 2^53 it is rounded. */
export function readNumber(type: Exclude<ScalarType, 'bool' | 'string'>, text: string): ScalarResult {
  if (type === 'float' || type === 'double') return readFloat(text);
  const range = ranges[type];
  if (!decimal.test(text)) return { problem: `${shorten(text)} is not a whole number` };
  const value = wholeNumber(text);
  if (value < range[0] || value > range[1]) return { problem: `${shorten(text)} does not fit into ${type}` };
  return { value: Number(value) };
}

function readFloat(text: string): ScalarResult {
  if (notFinite.test(text)) {
    const magnitude = /nan/i.test(text) ? Number.NaN : Infinity;
    return { value: text.startsWith('-') ? -magnitude : magnitude };
  }
  if (float.test(text)) return { value: Number(text.replace(/[fF]$/, '')) };
  return { problem: `${shorten(text)} is not a number` };
}

function wholeNumber(text: string): bigint {
  const digits = text.replace('-', '');
  const isOctal = digits.length > 1 && digits.startsWith('0') && !/^0[xX]/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return text.startsWith('-') ? -magnitude : magnitude;
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  t: true,
  '1': true,
  false: false,
  False: false,
  f: false,
  '0': false,
};

export function readBoolean(text: string): ScalarResult {
  const value = Object.hasOwn(truths, text) ? truths[text] : undefined;
  return value === undefined ? { problem: `${shorten(text)} is neither true nor false` } : { value };
}

export function shorten(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

/** Datatypes as other programs call them. */
const otherTypeNames: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOL',
  BYTE: 'UINT8',
  SHORT: 'INT16',
  INT: 'INT32',
  INTEGER: 'INT32',
  LONG: 'INT64',
  HALF: 'FP16',
  FLOAT16: 'FP16',
  FLOAT: 'FP32',
  FLOAT32: 'FP32',
  DOUBLE: 'FP64',
  FLOAT64: 'FP64',
  BFLOAT16: 'BF16',
  BYTES: 'STRING',
  STR: 'STRING',
  TEXT: 'STRING',
};

/** What a writer may have meant: `FP32` and `TYPE_FLOAT32` are TYPE_FP32. */
export function enumerationFix(text: string, names: readonly string[]): string {
  const word = text.toUpperCase().replace(/^TYPE_/, '');
  const known = Object.hasOwn(otherTypeNames, word) ? (otherTypeNames[word] ?? word) : word;
  const meant = names.find((name) => word !== '' && name.endsWith(`_${known}`)) ?? nearestName(text, names);
  return `use ${meant ?? `one of ${names.join(', ')}`}`;
}
