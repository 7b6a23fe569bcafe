import { assertJsonBounds, jsonBytesMax } from '../json/bounds.ts';
import { parseExactJson, type ExactJson } from '../json/exact-json.ts';
import type { JsonSource } from '../json/json-tensor.ts';
import { NeedsExactNumbers } from '../json/json-tensor.ts';
import { invalid, isObject, type JsonObject } from './json-fields.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a JSON text twice if need be: quickly, and again with the exact parser when the reader meets a number that may have
 * lost digits, or when the text holds bare words such as NaN.
 * @param read may throw NeedsExactNumbers unless its source is exact.
 * @throws ClusterError INVALID_ARGUMENT, BODY_TOO_LARGE; what `read` throws.
 */
export function readJson<T>(
  bytes: Uint8Array,
  textBytesMax: number,
  read: (document: JsonObject, source: JsonSource) => T,
): T {
  assertJsonBounds(bytes, textBytesMax);
  const text = decodeText(bytes);
  const quick = parseQuickly(text);
  if (quick !== undefined) {
    try {
      return read(asObject(quick), { exact: false, textBytes: bytes.byteLength });
    } catch (thrown) {
      if (!(thrown instanceof NeedsExactNumbers)) throw thrown;
    }
  }
  return read(asObject(parseExactJson(text)), { exact: true, textBytes: bytes.byteLength });
}

/** Reads the body of a call that may have none: then it is an empty object. @throws ClusterError as `readJson`. */
export function readJsonOrNothing(bytes: Uint8Array, textBytesMax = jsonBytesMax): JsonObject {
  return bytes.byteLength === 0 ? {} : readJson(bytes, textBytesMax, (document) => document);
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
