import { STATUS_CODES } from 'node:http';
import { RememberedPairs } from '@cluster-ai/core/names/remembered-pairs.ts';
import { RememberedTexts } from '@cluster-ai/core/names/remembered-texts.ts';
import type { Headers } from '../edge.ts';

const statusLines = new Map<number, string>(
  Object.entries(STATUS_CODES).map(([status, phrase]) => [Number(status), `HTTP/1.1 ${status} ${phrase}\r\n`]),
);

const nameText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const brokenValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Names that were found right; a program sends only so many. */
const knownNames = new Set<string>();
const knownNamesMax = 256;

/**
 * A header that would end its line early would be an answer of somebody else's making.
 * @throws Error for a name that is no token, and a value with characters that no header has.
 */
export function assertSendable(headers: Headers): void {
  for (const [name, value] of headers) {
    if (!knownNames.has(name)) {
      if (!nameText.test(name)) throw new Error(`a header cannot be called ${JSON.stringify(name)}`);
      if (knownNames.size < knownNamesMax) knownNames.add(name);
    }
    if (isPlain(value) || !brokenValue.test(value)) continue;
    throw new Error(`the header ${name} cannot be ${JSON.stringify(value)}`);
  }
}

/** A short value of printable ASCII, which nearly all are, is looked at sooner here than by the expression. */
function isPlain(value: string): boolean {
  if (value.length > 64) return false;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Status line and headers, each with its line end. A text of few pieces is written sooner. */
export function headText(status: number, headers: Headers): string {
  const [first] = headers;
  if (first === undefined) return statusLine(status);
  let text = beginsOf(status).of(first[0], first[1]);
  for (let index = 1; index < headers.length; index += 1) {
    const [name, value] = headers[index] ?? first;
    text += `${lineBegins.of(name)}${value}\r\n`;
  }
  return text;
}

function statusLine(status: number): string {
  return statusLines.get(status) ?? `HTTP/1.1 ${status} Unknown\r\n`;
}

/** The first two lines: what begins with a status nearly always goes on with the same type. */
const begins = new Map<number, RememberedPairs<string>>();

function beginsOf(status: number): RememberedPairs<string> {
  const known = begins.get(status);
  if (known !== undefined) return known;
  const made = new RememberedPairs((name: string, value: string) => `${statusLine(status)}${name}: ${value}\r\n`);
  begins.set(status, made);
  return made;
}

const lineBegins = new RememberedTexts((name) => `${name}: `);

export function fieldsText(headers: Headers): string {
  let text = '';
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return text;
}

/** Bodies up to this length have their line and the end of their head in one piece, bytes. */
const lengthsMax = 4_096;

/** How a head ends: the date, which changes once a second, what becomes of the connection, and the empty line. */
export class HeadEnd {
  readonly text: string;
  private readonly withLength: (string | undefined)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** The same after a line with the length of the body: a text of few pieces is written sooner. */
  after(bodyBytes: number): string {
    if (bodyBytes > lengthsMax) return this.write(bodyBytes);
    return (this.withLength[bodyBytes] ??= this.write(bodyBytes));
  }

  private write(bodyBytes: number): string {
    return `Content-Length: ${bodyBytes}\r\n${this.text}`;
  }
}

/** The ends of the heads of a listener. */
export class HeadEnds {
  keepAlive = new HeadEnd('');
  close = new HeadEnd('');
  private readonly keepAliveLines: string;

  constructor(idleTimeoutMs: number) {
    const seconds = Math.floor(idleTimeoutMs / 1_000);
    // Clients leave a connection alone shortly before that, and so do not meet its end with a request.
    const hint = seconds > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : '';
    this.keepAliveLines = `Connection: keep-alive\r\n${hint}`;
    this.refresh();
  }

  /** To be called once a second. */
  refresh(): void {
    const date = `Date: ${new Date().toUTCString()}\r\n`;
    this.keepAlive = new HeadEnd(`${date}${this.keepAliveLines}\r\n`);
    this.close = new HeadEnd(`${date}Connection: close\r\n\r\n`);
  }
}
