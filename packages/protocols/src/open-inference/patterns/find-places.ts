import type { ExactJson } from '../../json/exact-json.ts';
import { stringEnd, valueStart } from '../../json/find-members.ts';
import { closeBrace, closeBracket, openBrace, openBracket, quote } from '../../json/octets.ts';
import { isObject } from '../json-fields.ts';

/** A part of a text in which requests of one client differ. */
export interface FoundPlace {
  /** Of the id, between its quotes; of an array, from its opening bracket to behind its closing one. */
  readonly start: number;
  readonly end: number;
  /** Which input has the array as its `data`; null for the id of the request. */
  readonly input: number | null;
}

/** `{"id":` and `{"inputs":[{"data":`. */
const idDepth = 1;
const dataDepth = 3;

/** A string that begins with NUL stands for a place; what it stands for is seen when the text has been parsed. */
const idMark = String.raw`\u0000`;
const markOf = (place: number): string => String.raw`"\u0000${place}"`;

/**
 * Finds the id of an infer request and the flat arrays that are the `data` of its inputs.
 *
 * That a place is what it looks like is proved by the parser: the text is parsed with a mark in each place, and each mark must
 * come out where the value was expected. So whatever value stands there later, the rest of the document stays what it is.
 * @param text a request that was decoded without an error.
 * @returns null where marks come out elsewhere, or not at all (a name stands twice in an object), and where an input has
 * `data` of another kind.
 */
export function findPlaces(text: Buffer): FoundPlace[] | null {
  const found = looksLikePlaces(text);
  let marked = '';
  let from = 0;
  for (const [place, { start, end, isId }] of found.entries()) {
    marked += text.toString('utf8', from, start) + (isId ? idMark : markOf(place));
    from = end;
  }
  return proved(parse(marked + text.toString('utf8', from)), found);
}

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly isId: boolean;
}

function looksLikePlaces(text: Buffer): Candidate[] {
  const found: Candidate[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === openBracket || byte === openBrace) depth += 1;
    else if (byte === closeBracket || byte === closeBrace) depth -= 1;
    else if (byte === quote) {
      const keyEnd = stringEnd(text, at);
      const start = valueStart(text, keyEnd);
      const key = text.toString('latin1', at + 1, Math.min(keyEnd - 1, at + 6));
      at = keyEnd - 1;
      if (key === 'id' && depth === idDepth && text[start] === quote) {
        const end = stringEnd(text, start);
        found.push({ start: start + 1, end: end - 1, isId: true });
        at = end - 1;
      } else if (key === 'data' && depth === dataDepth && text[start] === openBracket) {
        const end = flatArrayEnd(text, start);
        if (end === -1) continue;
        found.push({ start, end, isId: false });
        at = end - 1;
      }
    }
  }
  return found;
}

function proved(document: ExactJson, candidates: readonly Candidate[]): FoundPlace[] | null {
  if (!isObject(document)) return null;
  const inputs = Array.isArray(document['inputs']) ? document['inputs'] : [];
  const found: FoundPlace[] = [];
  let withData = inputs.filter((input) => isObject(input) && input['data'] !== undefined).length;
  let ids = 0;
  for (const [place, { start, end, isId }] of candidates.entries()) {
    const input = isId ? null : inputs.findIndex((one) => isObject(one) && one['data'] === `\0${place}`);
    if (input === -1) return null;
    if (isId) ids += 1;
    else withData -= 1;
    found.push({ start, end, input });
  }
  if (withData !== 0 || ids > 1 || (ids === 1 && document['id'] !== '\0')) return null;
  return found;
}

function parse(text: string): ExactJson {
  try {
    return JSON.parse(text) as ExactJson; // What JSON.parse returns is a JSON value.
  } catch {
    // Bare NaN outside of the arrays, say: no pattern is made of it.
    return null;
  }
}

/** The index behind an array of values without brackets and quotes; -1 for any other. */
function flatArrayEnd(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === closeBracket) return at + 1;
    if (byte === openBracket || byte === openBrace || byte === quote) return -1;
  }
  return -1;
}
