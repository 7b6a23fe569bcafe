/** Where a number ended; reused, because an object for each number would cost more than reading it. */
export interface Cursor {
  /** Position after the last character that was read. */
  end: number;
}

const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;

/** Powers of ten that a double holds exactly, as far as 15 digits need them. */
const powersOfTen = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * Most decimal digits whose integer a double always holds exactly. Such a mantissa divided by an exact power of ten is
 * rounded once, hence correctly (Clinger, 1990), and needs no text conversion.
 */
const exactDigitsMax = 15;

/**
 * Reads a JSON number, or one of the bare tokens `NaN`, `Infinity` and `-Infinity`. An integer that a double cannot
 * hold is a bigint; one beyond the range of doubles is an infinity, as in `JSON.parse`.
 * @param cursor is set to the end of the number.
 * @returns null when no number starts at `start`.
 */
export function scanNumber(text: string, start: number, cursor: Cursor): number | bigint | null {
  const isNegative = text.charCodeAt(start) === minus;
  const first = isNegative ? start + 1 : start;
  let value = scanDigits(text, first, 0, cursor);
  const wholeEnd = cursor.end;
  if (wholeEnd === first) return scanWord(text, start, cursor);
  if (text.charCodeAt(first) === zero && wholeEnd > first + 1) return null;
  let digits = wholeEnd - first;
  if (text.charCodeAt(wholeEnd) === point) {
    const mantissa = scanDigits(text, wholeEnd + 1, value, cursor);
    const fractionDigits = cursor.end - wholeEnd - 1;
    if (fractionDigits === 0) return null;
    digits += fractionDigits;
    value = mantissa / (powersOfTen[fractionDigits] ?? Number.NaN);
  }
  const { end } = cursor;
  if (!skipExponent(text, end, cursor)) return null;
  if (cursor.end !== end) return Number(text.slice(start, cursor.end));
  if (digits <= exactDigitsMax) return isNegative ? -value : value;
  return convert(text.slice(start, end), end === wholeEnd);
}

/** Appends the digits from `start` on to `value`, which is exact as long as they are at most `exactDigitsMax`. */
function scanDigits(text: string, start: number, value: number, cursor: Cursor): number {
  let end = start;
  let sum = value;
  for (let digit = text.charCodeAt(end) - zero; digit >= 0 && digit <= 9; digit = text.charCodeAt(end) - zero) {
    sum = sum * 10 + digit;
    end += 1;
  }
  cursor.end = end;
  return sum;
}

/** Moves the cursor past the exponent that may stand at `start`; false when it has no digits. */
function skipExponent(text: string, start: number, cursor: Cursor): boolean {
  const letter = text.charCodeAt(start);
  if (letter !== 0x65 && letter !== 0x45) return true;
  const sign = text.charCodeAt(start + 1);
  const first = sign === plus || sign === minus ? start + 2 : start + 1;
  scanDigits(text, first, 0, cursor);
  return cursor.end > first;
}

function convert(token: string, isInteger: boolean): number | bigint {
  const number = Number(token);
  // Without the range check a text of a million digits would be worked into a bigint of as many.
  return isInteger && Number.isFinite(number) && !Number.isSafeInteger(number) ? BigInt(token) : number;
}

function scanWord(text: string, start: number, cursor: Cursor): number | null {
  for (const [word, value] of [
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
  ] as const) {
    if (!text.startsWith(word, start)) continue;
    cursor.end = start + word.length;
    return value;
  }
  return null;
}
