import { textFormatError, type TextPlace } from './text-format-error.ts';
import { TextScanner, type TextToken } from './text-scanner.ts';

export interface TextField extends TextPlace {
  readonly name: string;
  readonly value: TextValue;
}

export type TextValue = TextScalar | TextMessage;

/** A value as it is written; what it means is known by the field alone. `number` may begin with a minus. */
export interface TextScalar {
  readonly kind: 'string' | 'number' | 'word';
  readonly text: string;
}

/** Fields in the order of the text; one that is repeated, or given as a list, stands there as often as it has values. */
export interface TextMessage {
  readonly kind: 'message';
  readonly fields: readonly TextField[];
}

export interface TextFormatLimits {
  readonly charactersMax: number;
  readonly depthMax: number;
  readonly valuesMax: number;
}

const textFormatLimitsDefault: TextFormatLimits = { charactersMax: 2 ** 20, depthMax: 32, valuesMax: 100_000 };

const closing: Readonly<Record<string, string>> = { '{': '}', '<': '>' };

/**
 * Reads a message in the text format of Protocol Buffers: comments, lists, both kinds of brackets, texts in pieces, and
 * separators wherever they may stand. Extensions and `Any` values, which no configuration has, are refused.
 * @throws ClusterError MODEL_INVALID with line and column.
 */
export function parseTextFormat(text: string, limits: TextFormatLimits = textFormatLimitsDefault): TextMessage {
  if (text.length > limits.charactersMax) {
    throw textFormatError(
      { line: 1, column: 1 },
      `the text has ${text.length} characters, more than the limit of ${limits.charactersMax}`,
    );
  }
  return new TextReader(text, limits).whole();
}

class TextReader {
  private readonly scanner: TextScanner;
  private readonly limits: TextFormatLimits;
  private values = 0;

  constructor(text: string, limits: TextFormatLimits) {
    this.scanner = new TextScanner(text);
    this.limits = limits;
  }

  whole(): TextMessage {
    return { kind: 'message', fields: this.fields('end', 0) };
  }

  /** @param end the bracket that closes the message, or the end of the text. */
  private fields(end: string, depth: number): TextField[] {
    const found: TextField[] = [];
    for (;;) {
      const token = this.scanner.next();
      if (token.kind === 'end' && end === 'end') return found;
      if (token.kind === 'symbol' && token.text === end) return found;
      this.field(token, depth, found);
      if (!this.scanner.take(';')) this.scanner.take(',');
    }
  }

  private field(name: TextToken, depth: number, found: TextField[]): void {
    if (name.kind === 'symbol' && name.text === '[') {
      throw textFormatError(name, 'extensions are not known here', 'name a field of the model configuration');
    }
    if (name.kind !== 'word') throw textFormatError(name, `expected the name of a field, got ${shown(name)}`);
    const hasColon = this.scanner.take(':');
    const place = { line: name.line, column: name.column };
    const add = (value: TextValue): void => {
      this.values += 1;
      if (this.values > this.limits.valuesMax) {
        throw textFormatError(place, `more than ${this.limits.valuesMax} values`);
      }
      found.push({ name: name.text, value, ...place });
    };
    if (!this.scanner.take('[')) {
      add(this.value(name.text, hasColon, depth));
      return;
    }
    if (this.scanner.take(']')) return;
    do add(this.value(name.text, hasColon, depth));
    while (this.scanner.take(','));
    if (!this.scanner.take(']')) {
      const token = this.scanner.peek();
      throw textFormatError(token, `expected "," or "]" in the list of ${name.text}, got ${shown(token)}`);
    }
  }

  private value(field: string, hasColon: boolean, depth: number): TextValue {
    const token = this.scanner.next();
    if (token.kind === 'symbol' && Object.hasOwn(closing, token.text)) {
      if (depth >= this.limits.depthMax) {
        throw textFormatError(token, `messages lie more than ${this.limits.depthMax} deep`);
      }
      return { kind: 'message', fields: this.fields(closing[token.text] ?? '', depth + 1) };
    }
    if (!hasColon) {
      throw textFormatError(token, `expected ":" or "{" behind ${field}, got ${shown(token)}`);
    }
    return this.scalar(field, token);
  }

  private scalar(field: string, token: TextToken): TextScalar {
    if (token.kind === 'string') {
      let text = token.text;
      // Pieces that follow one another are one text, as in C.
      while (this.scanner.peek().kind === 'string') text += this.scanner.next().text;
      return { kind: 'string', text };
    }
    if (token.kind === 'word') return { kind: 'word', text: token.text };
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (token.kind === 'symbol' && token.text === '-') {
      const value = this.scanner.next();
      if (value.kind === 'number') return { kind: 'number', text: `-${value.text}` };
      if (value.kind === 'word' && /^(?:inf|infinity|nan)$/i.test(value.text)) {
        return { kind: 'number', text: `-${value.text}` };
      }
    }
    throw textFormatError(token, `expected the value of ${field}, got ${shown(token)}`);
  }
}

function shown({ kind, text }: TextToken): string {
  return kind === 'end' ? 'the end of the text' : JSON.stringify(text.slice(0, 40));
}
