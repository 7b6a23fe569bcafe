import { textFormatError, type TextPlace } from './text-format-error.ts';
import { unescapeText } from './unescape.ts';

/** A piece of the text. `string` is unescaped; the others are as they are written. */
export interface TextToken extends TextPlace {
  readonly kind: 'word' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
}

const space = /(?:[ \t\r\n\v\f]+|#[^\n]*)+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)/y;
const quoted = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;
const symbols = '{}<>[]:;,-./';

/** Cuts a text into tokens, one at a time. */
export class TextScanner {
  private readonly text: string;
  private position = 0;
  private line = 1;
  private lineStart = 0;
  private ahead: TextToken | null = null;

  constructor(text: string) {
    // Some editors write a byte order mark.
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  peek(): TextToken {
    this.ahead ??= this.scan();
    return this.ahead;
  }

  next(): TextToken {
    const token = this.peek();
    this.ahead = null;
    return token;
  }

  /** Takes the symbol if it comes next. */
  take(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.ahead = null;
    return true;
  }

  private scan(): TextToken {
    this.skipSpace();
    const place = { line: this.line, column: this.position - this.lineStart + 1 };
    if (this.position >= this.text.length) return { kind: 'end', text: '', ...place };
    const name = this.match(word);
    if (name !== null) return { kind: 'word', text: name, ...place };
    const digits = this.match(number);
    if (digits !== null) {
      if (this.match(word) === null) return { kind: 'number', text: digits, ...place };
      throw textFormatError(place, `a letter stands right behind the number ${digits.slice(0, 40)}`);
    }
    const literal = this.match(quoted);
    if (literal !== null) return { kind: 'string', text: unescapeText(literal.slice(1, -1), place), ...place };
    const character = String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
    if (character === '"' || character === "'") {
      throw textFormatError(place, 'the text has no end on its line', `close it with ${character}`);
    }
    if (!symbols.includes(character)) throw textFormatError(place, `unexpected ${JSON.stringify(character)}`);
    this.position += 1;
    return { kind: 'symbol', text: character, ...place };
  }

  private skipSpace(): void {
    const skipped = this.match(space);
    if (skipped === null) return;
    const last = skipped.lastIndexOf('\n');
    if (last === -1) return;
    for (const character of skipped) if (character === '\n') this.line += 1;
    this.lineStart = this.position - skipped.length + last + 1;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.position += found.length;
    return found;
  }
}
