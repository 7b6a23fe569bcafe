import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import { readNumber, readTimeRange } from './list-values.ts';

/** What a field of a list holds, and so which comparisons it takes. */
export type ListFieldType = 'text' | 'number' | 'time' | 'boolean' | 'one-of';

/** A field by which a list can be filtered, and sorted if it says so. */
export interface ListField {
  readonly type: ListFieldType;
  /** For documents and completions: what it is, a few words. */
  readonly about: string;
  /** Of a `one-of` field. */
  readonly values?: readonly string[];
  /** Some items have no value: `field=""` finds those, `field!=""` the others. */
  readonly optional?: true;
  /** Words that name no field are looked for here. */
  readonly searched?: true;
  readonly sortable?: true;
}

export type ListFields = Readonly<Record<string, ListField>>;

/** Longest first, so that `>=` is not read as `>`. `~` means "contains". */
export const filterOperators = ['!=', '>=', '<=', '=', '~', '>', '<'] as const;

export type FilterOperator = (typeof filterOperators)[number];

export const operatorsOf: Readonly<Record<ListFieldType, readonly FilterOperator[]>> = {
  text: ['=', '!=', '~'],
  number: ['=', '!=', '>=', '<=', '>', '<'],
  time: ['=', '!=', '>=', '<=', '>', '<'],
  boolean: ['=', '!='],
  'one-of': ['=', '!='],
};

/** One condition. Without a field: the searched fields contain `value`, and the operator is `~`. */
export interface FilterTerm {
  readonly field: string | null;
  readonly operator: FilterOperator;
  /** As it was written, without quotes. */
  readonly value: string;
}

/** Why a text is no filter. */
export interface FilterProblem {
  /** Of the character at which it goes wrong; the first is 1. */
  readonly position: number;
  readonly message: string;
}

export type ParsedFilter =
  | { readonly terms: readonly FilterTerm[]; readonly problem: null }
  | { readonly terms: null; readonly problem: FilterProblem };

/** Characters of a filter at most. */
export const filterLengthMax = 1_000;
/** Conditions of a filter at most. */
const filterTermsMax = 20;

/**
 * Reads a filter as people type it: `iris role=admin at>=2026-01-01 actor!="a b"`. Conditions are separated by spaces and
 * must all hold; inside quotes, `\"` and `\\` stand for `"` and `\`.
 */
export function parseFilter(text: string, fields: ListFields): ParsedFilter {
  const terms: FilterTerm[] = [];
  const nul = text.indexOf('\0');
  if (nul >= 0) return failed(nul, 'this character (U+0000) cannot stand in a filter');
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const read = readTerm(text, at, fields);
    if (read.term === null) return { terms: null, problem: read.problem };
    terms.push(read.term);
    if (terms.length > filterTermsMax) return failed(at, `a filter has ${filterTermsMax} conditions at most`);
    at = read.end;
  }
  return { terms, problem: null };
}

/** The text that `parseFilter` reads as these terms. */
export function printFilter(terms: readonly FilterTerm[]): string {
  return terms
    .map(({ field, operator, value }) =>
      field === null
        ? quoted(value, /^[^\s"=~<>\\]+$/)
        : `${field}${operator}${quoted(value, /^[^\s"\\=~<>!][^\s"\\]*$/)}`,
    )
    .join(' ');
}

function quoted(value: string, plain: RegExp): string {
  return plain.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

type ReadTerm =
  | { readonly term: FilterTerm; readonly end: number }
  | { readonly term: null; readonly problem: FilterProblem };

const fieldAndOperator = /([A-Za-z][A-Za-z0-9._-]*)?(!=|>=|<=|=|~|>|<)/y;
const bareWord = /[^\s"=~<>]+/y;
const plainValue = /[^\s"]+/y;

function readTerm(text: string, at: number, fields: ListFields): ReadTerm {
  const [match, name, operator] = matchAt(fieldAndOperator, text, at);
  if (match === undefined) return readWords(text, at, fields);
  if (name === undefined) return failed(at, `a field is missing before '${match}'`);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) return failed(at, unknownField(name, Object.keys(fields)));
  const known = operatorsOf[field.type].find((candidate) => candidate === operator);
  if (known === undefined) {
    const allowed = operatorsOf[field.type].join(' ');
    return failed(
      at + name.length,
      `'${operator}' does not fit '${name}' (${typeName(field)}), which takes ${allowed}`,
    );
  }
  const start = at + match.length;
  const value = text[start] === '"' ? readQuoted(text, start) : readPlain(text, start, `${name}${operator}`);
  if (value.text === null) return value;
  const wrong = wrongValue(name, field, known, value.text);
  if (wrong !== null) return failed(start, wrong);
  return { term: { field: name, operator: known, value: value.text }, end: value.end };
}

function readWords(text: string, at: number, fields: ListFields): ReadTerm {
  if (!Object.values(fields).some((field) => field.searched === true)) {
    return failed(at, `words alone are not searched here; name a field: ${Object.keys(fields).join(', ')}`);
  }
  if (text[at] === '"') {
    const value = readQuoted(text, at);
    if (value.text === null) return value;
    if (value.text === '') return failed(at, 'an empty text finds everything');
    return { term: { field: null, operator: '~', value: value.text }, end: value.end };
  }
  const [word = ''] = matchAt(bareWord, text, at);
  const end = at + word.length;
  if (!endsAt(text, end)) {
    return failed(end, `'${text[end]}' cannot stand inside a word; put the whole text in quotes to look for it`);
  }
  return { term: { field: null, operator: '~', value: word }, end };
}

type ReadValue =
  | { readonly text: string; readonly end: number }
  | { readonly text: null; readonly term: null; readonly problem: FilterProblem };

function readPlain(text: string, at: number, before: string): ReadValue {
  const [value] = matchAt(plainValue, text, at);
  if (value === undefined) return failed(at, `a value is missing after '${before}'; nothing is written as ""`);
  const end = at + value.length;
  if (endsAt(text, end)) return { text: value, end };
  return failed(end, 'a quote cannot stand inside a word; put the whole value in quotes');
}

function readQuoted(text: string, at: number): ReadValue {
  let value = '';
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '"') {
      if (endsAt(text, index + 1)) return { text: value, end: index + 1 };
      return failed(index + 1, 'a space is missing after the quoted text');
    }
    if (character !== '\\') {
      value += character;
      continue;
    }
    index += 1;
    const escaped = text[index];
    if (escaped !== '"' && escaped !== '\\') {
      return failed(index - 1, String.raw`in quotes a backslash is written \\ and a quote \"`);
    }
    value += escaped;
  }
  return failed(at, 'the quote that begins here is not closed');
}

/** What is wrong with a value; null when nothing is. */
function wrongValue(name: string, field: ListField, operator: FilterOperator, value: string): string | null {
  if (value === '') {
    if (operator === '~') return 'an empty text finds everything';
    if (operator !== '=' && operator !== '!=') return `'${name}${operator}' needs a value`;
    return field.type === 'text' || field.optional === true ? null : `'${name}' always has a value`;
  }
  const shown = JSON.stringify(value);
  if (field.type === 'number' && readNumber(value) === null) return `${shown} is not a number like 12 or 0.5`;
  if (field.type === 'time' && readTimeRange(value) === null) {
    return `${shown} is not a time like 2026-01-31 or 2026-01-31T14:30:00Z`;
  }
  if (field.type === 'boolean' && value !== 'true' && value !== 'false') return `'${name}' is true or false`;
  if (field.type === 'one-of' && field.values?.includes(value) !== true) return unknownValue(name, field, value);
  return null;
}

function unknownValue(name: string, field: ListField, value: string): string {
  const values = field.values ?? [];
  const nearest = nearestName(value, values);
  const meant = nearest === undefined ? '' : `; the nearest is '${nearest}'`;
  return `${JSON.stringify(value)} is not a value of '${name}'${meant}; it is one of ${values.join(', ')}`;
}

/** Says that there is no such field, and which it might have been. */
export function unknownField(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const meant = nearest === undefined ? '' : `; the nearest is '${nearest}'`;
  return `there is no field '${name}'${meant}; there are ${known.join(', ')}`;
}

function typeName(field: ListField): string {
  return field.type === 'one-of' ? `one of ${(field.values ?? []).join(', ')}` : `a ${field.type}`;
}

function matchAt(pattern: RegExp, text: string, at: number): (string | undefined)[] {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = at;
  return sticky.exec(text) ?? [];
}

function endsAt(text: string, at: number): boolean {
  return at >= text.length || /\s/.test(text[at] ?? '');
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && endsAt(text, at)) at += 1;
  return at;
}

function failed(at: number, message: string) {
  return { terms: null, term: null, text: null, problem: { position: at + 1, message } };
}
