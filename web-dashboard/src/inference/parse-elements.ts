import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Say } from '../i18n/say.ts';
import { accepted, refused, type Checked } from './checked.ts';

/** Values that one input of the form may hold; larger ones are for the command line. */
const elementsMax = 1_000_000;

const integerRange: Partial<Record<Datatype, readonly [bigint, bigint]>> = {
  UINT8: [0n, 2n ** 8n - 1n],
  UINT16: [0n, 2n ** 16n - 1n],
  UINT32: [0n, 2n ** 32n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
  INT8: [-(2n ** 7n), 2n ** 7n - 1n],
  INT16: [-(2n ** 15n), 2n ** 15n - 1n],
  INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

const boolWords = new Map([
  ['true', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['0', 'false'],
]);

const floatWords = new Map([
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['infinity', 'Infinity'],
  ['-inf', '-Infinity'],
  ['-infinity', '-Infinity'],
]);

/**
 * Reads the values of one tensor. Numbers may stand in nested brackets, as they are copied from JSON or numpy; BYTES
 * are one string a line, because any other separator could be part of a string.
 */
export function parseElements(datatype: Datatype, text: string): Checked<readonly string[]> {
  if (datatype === 'BYTES') return accepted(text.split('\n'));
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== '');
  if (words.length > elementsMax) {
    const given = words.length;
    return refused((t) => t('tooMany', { given, most: elementsMax }));
  }
  const elements: string[] = [];
  for (const [index, word] of words.entries()) {
    const element = canonical(datatype, word);
    if (element === null) return refused(describeRefusal(datatype, word, index));
    elements.push(element);
  }
  return accepted(elements);
}

function canonical(datatype: Datatype, word: string): string | null {
  if (datatype === 'BOOL') return boolWords.get(word.toLowerCase()) ?? null;
  const range = integerRange[datatype];
  if (range === undefined) return canonicalFloat(word);
  if (!/^[+-]?\d{1,20}$/.test(word)) return null;
  const value = BigInt(word.replace('+', ''));
  return value >= range[0] && value <= range[1] ? value.toString() : null;
}

function canonicalFloat(word: string): string | null {
  const special = floatWords.get(word.toLowerCase());
  if (special !== undefined) return special;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return null;
  const value = Number(word);
  // A literal such as 1e999 is a number to the reader; on the wire it would silently become something else.
  if (!Number.isFinite(value)) return null;
  return Object.is(value, -0) ? '-0' : String(value);
}

function describeRefusal(datatype: Datatype, word: string, index: number): Say {
  const shown = { position: index + 1, word: word.length > 24 ? `${word.slice(0, 24)}…` : word };
  const range = integerRange[datatype];
  if (datatype === 'BOOL') return (t) => t('notBoolean', shown);
  if (range === undefined) return (t) => t('notNumber', shown);
  // As digits: these bounds do not survive a JavaScript number.
  return (t) => t('notInteger', { ...shown, least: String(range[0]), most: String(range[1]), datatype });
}
