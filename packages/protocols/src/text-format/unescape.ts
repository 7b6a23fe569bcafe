import { textFormatError, type TextPlace } from './text-format-error.ts';

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "'": 39,
  '?': 63,
  '\\': 92,
};

const numericEscape = /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|(.)?)/suy;

/**
 * The text between the quotes of a literal. Escapes name bytes, which together must be UTF-8: what a `string` field holds.
 * @throws ClusterError MODEL_INVALID.
 */
export function unescapeText(raw: string, place: TextPlace): string {
  if (!raw.includes('\\')) return raw;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let position = 0; position < raw.length;) {
    const next = raw.indexOf('\\', position);
    const plainEnd = next === -1 ? raw.length : next;
    for (const byte of encoder.encode(raw.slice(position, plainEnd))) bytes.push(byte);
    if (next === -1) break;
    numericEscape.lastIndex = next;
    const [whole, hex, short, long, octal, letter] = numericEscape.exec(raw) ?? [];
    if (whole === undefined) break;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(byteOf(Number.parseInt(octal, 8), whole, place));
    else if (short !== undefined || long !== undefined) {
      bytes.push(...encoder.encode(characterOf(Number.parseInt(short ?? long ?? '', 16), whole, place)));
    } else {
      const byte = letter === undefined || !Object.hasOwn(simpleEscapes, letter) ? undefined : simpleEscapes[letter];
      if (byte === undefined) throw textFormatError(place, `${JSON.stringify(whole)} is no escape sequence`);
      bytes.push(byte);
    }
    position = next + whole.length;
  }
  return decode(Uint8Array.from(bytes), place);
}

function byteOf(value: number, escape: string, place: TextPlace): number {
  if (value <= 255) return value;
  throw textFormatError(place, `${escape} is larger than a byte`);
}

function characterOf(point: number, escape: string, place: TextPlace): string {
  const isCharacter = point <= 0x10_ff_ff && (point < 0xd8_00 || point > 0xdf_ff);
  if (isCharacter) return String.fromCodePoint(point);
  throw textFormatError(place, `${escape} is no character`);
}

function decode(bytes: Uint8Array, place: TextPlace): string {
  try {
    // A byte order mark inside a text belongs to it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw textFormatError(place, 'the text is not UTF-8');
  }
}
