import { ClusterError } from '@cluster-ai/core/errors.ts';
import { jsonDepthMax, jsonTooDeep } from './bounds.ts';
import { scanNumber, type Cursor } from './exact-number.ts';

/** A JSON value in which integers beyond 2^53 stay exact, as bigint. */
export type ExactJson = null | boolean | number | bigint | string | ExactJson[] | { [key: string]: ExactJson };

/**
 * The slow, exact parser behind `JSON.parse`: it keeps large integers (bigint) and takes the bare tokens `NaN`,
 * `Infinity` and `-Infinity`, which Triton and Python write.
 * @throws ClusterError INVALID_ARGUMENT with the position, or for nesting deeper than `jsonDepthMax`.
 */
export function parseExactJson(text: string): ExactJson {
  const reader = new ExactReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class ExactReader {
  private readonly text: string;
  private position = 0;
  private readonly cursor: Cursor = { end: 0 };

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): ExactJson {
    this.skipSpace();
    switch (this.text.charCodeAt(this.position)) {
      case 0x7b:
        return this.object(depth + 1);
      case 0x5b:
        return this.array(depth + 1);
      case 0x22:
        return this.string();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  end(): void {
    this.skipSpace();
    if (this.position !== this.text.length) throw this.unexpected();
  }

  private object(depth: number): ExactJson {
    if (depth > jsonDepthMax) throw jsonTooDeep();
    const found: Record<string, ExactJson> = {};
    this.position += 1;
    if (this.take(0x7d)) return found;
    do {
      this.skipSpace();
      const key = this.string();
      if (!this.take(0x3a)) throw this.unexpected();
      const value = this.value(depth);
      // A plain assignment to `__proto__` would change the object's prototype.
      if (key === '__proto__') {
        Object.defineProperty(found, key, { value, enumerable: true, configurable: true, writable: true });
      } else {
        found[key] = value;
      }
    } while (this.take(0x2c));
    if (!this.take(0x7d)) throw this.unexpected();
    return found;
  }

  private array(depth: number): ExactJson {
    if (depth > jsonDepthMax) throw jsonTooDeep();
    const found: ExactJson[] = [];
    this.position += 1;
    if (this.take(0x5d)) return found;
    do found.push(this.value(depth));
    while (this.take(0x2c));
    if (!this.take(0x5d)) throw this.unexpected();
    return found;
  }

  private string(): string {
    const start = this.position;
    if (this.text.charCodeAt(start) !== 0x22) throw this.unexpected();
    let at = start + 1;
    let plain = true;
    for (let code = this.text.charCodeAt(at); code !== 0x22; code = this.text.charCodeAt(at)) {
      // Past the end the code is NaN.
      if (Number.isNaN(code)) throw this.unexpectedAt(this.text.length);
      if (code === 0x5c) at += 1;
      if (code === 0x5c || code < 0x20) plain = false;
      at += 1;
    }
    this.position = at + 1;
    return plain ? this.text.slice(start + 1, at) : this.unescape(start, at + 1);
  }

  private unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.text.slice(start, end)) as string; // A token in quotes is a string, or no JSON.
    } catch {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `failed to parse the request JSON buffer: the string at position ${start} holds a control character, or an escape that JSON does not have`,
      );
    }
  }

  private word<V extends ExactJson>(word: string, value: V): V {
    if (!this.text.startsWith(word, this.position)) throw this.unexpected();
    this.position += word.length;
    return value;
  }

  private number(): number | bigint {
    const found = scanNumber(this.text, this.position, this.cursor);
    if (found === null) throw this.unexpected();
    this.position = this.cursor.end;
    return found;
  }

  private take(code: number): boolean {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== code) return false;
    this.position += 1;
    return true;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position += 1;
    }
  }

  private unexpected(): ClusterError {
    return this.unexpectedAt(this.position);
  }

  private unexpectedAt(at: number): ClusterError {
    const what = at < this.text.length ? `unexpected character ${JSON.stringify(this.text[at])}` : 'unexpected end';
    return new ClusterError('INVALID_ARGUMENT', `failed to parse the request JSON buffer: ${what} at position ${at}`);
  }
}
