import { assertJsonBounds, jsonBytesMax } from '../json/bounds.ts';
import { cutArrays, cutBytesMin } from '../json/cut-arrays.ts';
import { parseExactJson, type ExactJson } from '../json/exact-json.ts';
import type { JsonNumbers } from '../json/json-numbers.ts';
import type { JsonSource } from '../json/json-tensor.ts';
import { NeedsExactNumbers } from '../json/json-tensor.ts';
import { NumberArrays } from '../json/number-arrays.ts';
import { invalid, isObject, type JsonObject } from './json-fields.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a value off a document. May throw NeedsExactNumbers unless the source is exact. */
type Read<T> = (document: JsonObject, source: JsonSource) => T;

export interface JsonOptions {
  /** Largest text, bytes. */
  readonly textBytesMax: number;
  /** `wasm` for documents whose long arrays `data` end up in tensors; whatever it cannot read is read plainly. */
  readonly numbers: JsonNumbers;
}

export const usualJson: JsonOptions = { textBytesMax: jsonBytesMax, numbers: 'wasm' };

/**
 * Reads a JSON text twice if need be: quickly, and again with the exact parser when the reader meets a number that may have
 * lost digits, or when the text holds bare words such as NaN.
 * @throws ClusterError INVALID_ARGUMENT, BODY_TOO_LARGE; what `read` throws.
 */
export function readJson<T>(bytes: Uint8Array, { textBytesMax, numbers }: JsonOptions, read: Read<T>): T {
  if (numbers === 'wasm' && bytes.byteLength >= cutBytesMin && bytes.byteLength <= textBytesMax) {
    const found = readWithoutArrays(bytes, read);
    if (found !== null) return found.value;
  }
  assertJsonBounds(bytes, textBytesMax);
  return readText(decodeText(bytes), read, () => ({ textBytes: bytes.byteLength }));
}

/**
 * Reads a text whose long arrays are read apart.
 * @returns null for one that has none, and for one that this way does not read whole. Why not, the plain way says: it is the
 * one whose errors clients see.
 */
function readWithoutArrays<T>(bytes: Uint8Array, read: Read<T>): { readonly value: T } | null {
  const cut = cutArrays(bytes);
  if (cut === null) return null;
  let arrays = new NumberArrays(bytes, cut);
  try {
    assertJsonBounds(cut.rest, cut.rest.byteLength);
    const value = readText(decodeText(cut.rest), read, () => {
      arrays = new NumberArrays(bytes, cut);
      return { textBytes: bytes.byteLength, arrays };
    });
    return arrays.areAllTaken ? { value } : null;
  } catch {
    return null;
  }
}

function readText<T>(text: string, read: Read<T>, sourceOf: () => Omit<JsonSource, 'exact'>): T {
  const quick = parseQuickly(text);
  if (quick !== undefined) {
    try {
      return read(asObject(quick), { ...sourceOf(), exact: false });
    } catch (thrown) {
      if (!(thrown instanceof NeedsExactNumbers)) throw thrown;
    }
  }
  return read(asObject(parseExactJson(text)), { ...sourceOf(), exact: true });
}

/** Reads the body of a call that may have none: then it is an empty object. @throws ClusterError as `readJson`. */
export function readJsonOrNothing(bytes: Uint8Array, textBytesMax = jsonBytesMax): JsonObject {
  return bytes.byteLength === 0 ? {} : readJson(bytes, { textBytesMax, numbers: 'plain' }, (document) => document);
}

function asObject(document: ExactJson): JsonObject {
  if (isObject(document)) return document;
  throw invalid('failed to parse the request JSON buffer: a JSON object is expected');
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid(
      'failed to parse the request JSON buffer: the text is not valid UTF-8; send bytes that are no text as binary data',
    );
  }
}

function parseQuickly(text: string): ExactJson | undefined {
  try {
    return JSON.parse(text) as ExactJson; // What JSON.parse returns is a JSON value; bigints are merely never in it.
  } catch {
    // Bare NaN and Infinity, or really broken: the exact parser knows which and says where.
    return undefined;
  }
}
