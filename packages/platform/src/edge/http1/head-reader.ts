import { METHODS } from 'node:http';
import { sameText } from './same-text.ts';
import { targetOctets, tokenOctets, valueOctets } from './octets.ts';

const methods: ReadonlySet<string> = new Set(METHODS);

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const colon = 58;

/** What reading a line came to: it is there, it may yet come, or it is none. */
export type LineVerdict = 'read' | 'incomplete' | 'broken';

/**
 * Reads a head line by line (RFC 9112, sections 2 to 5), more strictly than that: nothing is repaired that two readers
 * could repair differently. Lines end with CR LF, never with LF alone; no line is continued on the next one; no space
 * stands before a colon or is doubled in the request line; no controls but tabs in values.
 */
export class HeadReader {
  /** Begin of the line that is read next. */
  at: number;
  method = '';
  rawPath = '';
  minorVersion = 1;
  readonly names: string[] = [];
  readonly values: string[] = [];
  private readonly text: string;

  /** @param text the octets as latin1. @param at begins there, at a whole line. */
  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** `METHOD target HTTP/1.1`. */
  readRequestLine(): LineVerdict {
    const { text, at } = this;
    const methodEnd = this.endOf(tokenOctets, at);
    this.method = text.slice(at, methodEnd);
    if (methodEnd === text.length) return beginsMethod(this.method) ? 'incomplete' : 'broken';
    if (text.charCodeAt(methodEnd) !== space || !methods.has(this.method)) return 'broken';
    const targetEnd = this.endOf(targetOctets, methodEnd + 1);
    if (targetEnd === text.length) return 'incomplete';
    this.rawPath = sameText(text.slice(methodEnd + 1, targetEnd));
    if (text.charCodeAt(targetEnd) !== space || !isTarget(this.method, this.rawPath)) return 'broken';
    return this.readVersion(targetEnd + 1);
  }

  /** `name: value`. */
  readField(): LineVerdict {
    const { text, at } = this;
    const nameEnd = this.endOf(tokenOctets, at);
    if (nameEnd === text.length) return 'incomplete';
    if (nameEnd === at || text.charCodeAt(nameEnd) !== colon) return 'broken';
    let from = nameEnd + 1;
    while (isBlank(text.charCodeAt(from))) from += 1;
    const end = this.endOf(valueOctets, from);
    const verdict = this.readLineEnd(end);
    if (verdict !== 'read') return verdict;
    const name = text.slice(at, nameEnd).toLowerCase();
    let to = end;
    // A tab behind `chunked` is what some do not skip: there it stays, and is refused.
    const mayTrimTab = name !== 'transfer-encoding';
    while (to > from && (text.charCodeAt(to - 1) === space || (mayTrimTab && text.charCodeAt(to - 1) === tab))) to -= 1;
    this.names.push(sameText(name));
    this.values.push(sameText(text.slice(from, to)));
    return 'read';
  }

  /** True at the empty line behind the last field. */
  get isAtEnd(): boolean {
    return this.text.charCodeAt(this.at) === carriageReturn;
  }

  /** The empty line. */
  readEnd(): LineVerdict {
    return this.readLineEnd(this.at);
  }

  private readVersion(from: number): LineVerdict {
    const { text } = this;
    const version = text.slice(from, from + 8);
    if (version.length < 8) return 'HTTP/1.1'.startsWith(version) ? 'incomplete' : 'broken';
    if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') return 'broken';
    this.minorVersion = version === 'HTTP/1.1' ? 1 : 0;
    return this.readLineEnd(from + 8);
  }

  private readLineEnd(from: number): LineVerdict {
    const { text } = this;
    if (from >= text.length) return 'incomplete';
    if (text.charCodeAt(from) !== carriageReturn) return 'broken';
    if (from + 1 >= text.length) return 'incomplete';
    if (text.charCodeAt(from + 1) !== lineFeed) return 'broken';
    this.at = from + 2;
    return 'read';
  }

  private endOf(octets: Uint8Array, from: number): number {
    const { text } = this;
    let at = from;
    while (octets[text.charCodeAt(at)] === 1) at += 1;
    return at;
  }
}

function beginsMethod(text: string): boolean {
  return METHODS.some((method) => method.startsWith(text));
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** Behind the scheme what a host and a port may have (RFC 3986, section 3.2.2), without credentials, and then what follows them. */
const absoluteTarget = /^https?:\/\/[\w.~!$&'()*+,;=:%[\]-]+(?:[/?]|$)/i;

/** The form of a target that fits the method (RFC 9112, section 3.2): a path, an address, `host:port`, or `*`. */
function isTarget(method: string, target: string): boolean {
  if (method === 'CONNECT') return /^[^/?@*,]+:\d{1,5}$/.test(target);
  if (target.startsWith('/')) return true;
  if (target === '*') return method === 'OPTIONS';
  return absoluteTarget.test(target);
}
