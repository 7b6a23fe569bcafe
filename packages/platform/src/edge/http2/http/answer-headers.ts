import type { Headers } from '../../edge.ts';
import { encodeHeaders } from '../hpack/encode-headers.ts';

/** What concerns a connection of HTTP/1.1 alone, and must not stand in HTTP/2: RFC 9113, section 8.2.2. */
const ofConnections: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** No NUL, CR, LF: they would end a header for whoever passes it on as HTTP/1.1 (section 8.2.1). */
const brokenValue = /[\0\r\n]/;

const lowerCase = new Map<string, string>();
const namesMax = 256;

/**
 * The block of an answer. Names are written in lower case, and what HTTP/2 has no use for is left out.
 * @throws TypeError for a character that no header may have.
 */
export function answerBlock(status: number, headers: Headers, more: Headers): Uint8Array {
  const all: (readonly [string, string])[] = [[':status', String(status)]];
  addTo(all, headers);
  addTo(all, more);
  return encodeHeaders(all);
}

/** The block of trailers. @throws TypeError as `answerBlock`. */
export function trailerBlock(trailers: Headers): Uint8Array {
  const all: (readonly [string, string])[] = [];
  addTo(all, trailers);
  return encodeHeaders(all);
}

function addTo(all: (readonly [string, string])[], headers: Headers): void {
  for (const [name, value] of headers) {
    const lower = inLowerCase(name);
    if (ofConnections.has(lower)) continue;
    if (brokenValue.test(value)) throw new TypeError(`the header ${lower} has a character that may not be`);
    all.push(lower === name ? [name, value] : [lower, value]);
  }
}

/** Programs write few names, again and again. */
function inLowerCase(name: string): string {
  const known = lowerCase.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lowerCase.size < namesMax) lowerCase.set(name, lower);
  return lower;
}

let dateAtSecond = 0;
let dateText = '';

/** The header that every answer of a server with a clock has: RFC 9110, section 6.6.1. It changes once a second. */
export function dateHeader(): readonly [string, string] {
  const nowMs = Date.now();
  const second = Math.floor(nowMs / 1_000);
  if (second !== dateAtSecond) {
    dateAtSecond = second;
    dateText = new Date(nowMs).toUTCString();
  }
  return ['date', dateText];
}
