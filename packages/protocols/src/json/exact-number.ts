/** A number and the position after its last character. */
export interface ScannedNumber {
  readonly value: number | bigint;
  readonly end: number;
}

const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

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
 * @returns null when no number starts at `start`.
 */
export function scanNumber(text: string, start: number): ScannedNumber | null {
  const negative = text.charCodeAt(start) === minus;
  const first = negative ? start + 1 : start;
  const whole = scanDigits(text, first, 0);
  if (whole.end === first) return scanWord(text, start);
  if (text.charCodeAt(first) === 0x30 && whole.end > first + 1) return null;
  const wholeDigits = whole.end - first;
  let end = whole.end;
  let value = whole.value;
  let digits = wholeDigits;
  if (text.charCodeAt(end) === point) {
    const fraction = scanDigits(text, end + 1, value);
    if (fraction.end === end + 1) return null;
    digits += fraction.end - end - 1;
    end = fraction.end;
    value = fraction.value / (powersOfTen[digits - wholeDigits] ?? Number.NaN);
  }
  const exponentEnd = scanExponent(text, end);
  if (exponentEnd === null) return null;
  if (exponentEnd !== end) return { value: Number(text.slice(start, exponentEnd)), end: exponentEnd };
  if (digits <= exactDigitsMax) return { value: negative ? -value : value, end };
  return { value: convert(text.slice(start, end), end === whole.end), end };
}

/** Appends the digits from `start` on to `value`, which is exact as long as they are at most `exactDigitsMax`. */
function scanDigits(text: string, start: number, value: number): { readonly value: number; readonly end: number } {
  let end = start;
  let sum = value;
  for (let digit = text.charCodeAt(end) - 0x30; digit >= 0 && digit <= 9; digit = text.charCodeAt(end) - 0x30) {
    sum = sum * 10 + digit;
    end += 1;
  }
  return { value: sum, end };
}

/** The end of the exponent that may stand at `start`; null when it has no digits. */
function scanExponent(text: string, start: number): number | null {
  const letter = text.charCodeAt(start);
  if (letter !== 0x65 && letter !== 0x45) return start;
  const sign = text.charCodeAt(start + 1);
  const first = sign === plus || sign === minus ? start + 2 : start + 1;
  const { end } = scanDigits(text, first, 0);
  return end === first ? null : end;
}

function convert(token: string, isInteger: boolean): number | bigint {
  const number = Number(token);
  // Without the range check a text of a million digits would be worked into a bigint of as many.
  return isInteger && Number.isFinite(number) && !Number.isSafeInteger(number) ? BigInt(token) : number;
}

function scanWord(text: string, start: number): ScannedNumber | null {
  for (const [word, value] of [['NaN', Number.NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]] as const) {
    if (text.startsWith(word, start)) return { value, end: start + word.length };
  }
  return null;
}
