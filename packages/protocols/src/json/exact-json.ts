import { ClusterError } from '@cluster-ai/core/errors.ts';

/** A JSON value in which integers beyond 2^53 stay exact, as bigint. */
export type ExactJson = null | boolean | number | bigint | string | ExactJson[] | { [key: string]: ExactJson };

const numberToken = /-?(?:NaN|Infinity|(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)/y;
const stringToken = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const space = /[ \t\r\n]*/y;

/**
 * The slow, exact parser behind `JSON.parse`: it keeps large integers (bigint) and takes the bare tokens `NaN`,
 * `Infinity` and `-Infinity`, which Triton and Python write. The caller has bounded the nesting (`exceedsJsonDepth`).
 * @throws ClusterError INVALID_ARGUMENT with the position.
 */
export function parseExactJson(text: string): ExactJson {
  const reader = new ExactReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class ExactReader {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(): ExactJson {
    this.skipSpace();
    switch (this.text[this.position]) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  end(): void {
    this.skipSpace();
    if (this.position !== this.text.length) throw this.unexpected();
  }

  private object(): ExactJson {
    const found: Record<string, ExactJson> = {};
    this.position += 1;
    if (this.take('}')) return found;
    do {
      this.skipSpace();
      const key = this.string();
      if (!this.take(':')) throw this.unexpected();
      // A plain assignment to `__proto__` would change the object's prototype.
      Object.defineProperty(found, key, { value: this.value(), enumerable: true, configurable: true, writable: true });
    } while (this.take(','));
    if (!this.take('}')) throw this.unexpected();
    return found;
  }

  private array(): ExactJson {
    const found: ExactJson[] = [];
    this.position += 1;
    if (this.take(']')) return found;
    do found.push(this.value());
    while (this.take(','));
    if (!this.take(']')) throw this.unexpected();
    return found;
  }

  private string(): string {
    const token = this.match(stringToken);
    if (token === null) throw this.unexpected();
    try {
      return JSON.parse(token) as string;
    } catch {
      throw this.unexpected();
    }
  }

  private word(): ExactJson {
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    const token = this.match(numberToken);
    if (token === null || token === '-NaN') throw this.unexpected();
    const number = Number(token);
    const isInteger = /^-?\d+$/.test(token);
    return isInteger && !Number.isSafeInteger(number) ? BigInt(token) : number;
  }

  private take(character: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  private skipSpace(): void {
    this.match(space);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.position += found[0].length;
    return found[0];
  }

  private unexpected(): ClusterError {
    const at = this.position;
    const what = at < this.text.length ? `unexpected character ${JSON.stringify(this.text[at])}` : 'unexpected end';
    return new ClusterError('INVALID_ARGUMENT', `failed to parse the request JSON buffer: ${what} at position ${at}`);
  }
}
