import { notHttp, verdictOn, type Verdict } from '../broken-request.ts';
import { tokenOctets, valueOctets } from './octets.ts';
import { TrailerFraming } from './trailer-framing.ts';

/** Eight hexadecimal digits are 4 GiB, more than any body may have. */
const sizeDigitsMax = 8;

/** Of all chunks of a body together. */
const extensionBytesMax = 16_384;

const carriageReturn = 13;
const lineFeed = 10;
const semicolon = 59;
const equals = 61;
const quote = 34;
const backslash = 92;

type State =
  | 'size'
  | 'extension name'
  | 'extension value'
  | 'extension token'
  | 'quoted'
  | 'quoted pair'
  | 'quoted end'
  | 'size end'
  | 'data'
  | 'data CR'
  | 'data LF'
  | 'trailer'
  | 'done';

/**
 * Takes the body out of its chunks (RFC 9112, section 7.1), in whatever pieces the bytes come. Sizes are plain hexadecimal
 * digits; extensions are read as the grammar has them, without spaces, and dropped; so are trailers.
 */
export class ChunkedFraming {
  private state: State = 'size';
  private size = 0;
  private digits = 0;
  private nameLength = 0;
  private left = 0;
  private extensionBytes = 0;
  private readonly trailer: TrailerFraming;
  private readonly onPiece: (piece: Buffer) => void;

  /** @param onPiece gets the bytes of the body as they come. */
  constructor(trailerBytesMax: number, onPiece: (piece: Buffer) => void) {
    this.trailer = new TrailerFraming(trailerBytesMax);
    this.onPiece = onPiece;
  }

  get isDone(): boolean {
    return this.state === 'done';
  }

  /** @returns where the bytes go on that are not of this body, or what is wrong with it. */
  take(bytes: Buffer, from: number): number | Verdict {
    let at = from;
    while (at < bytes.length && this.state !== 'done') {
      if (this.state === 'data') {
        at = this.takeData(bytes, at);
      } else if (this.state === 'trailer') {
        const next = this.takeTrailer(bytes, at);
        if (typeof next !== 'number') return next;
        at = next;
      } else {
        const fault = this.takeOctet(bytes[at] ?? 0);
        if (fault !== null) return fault;
        at += 1;
      }
    }
    return at;
  }

  private takeData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.left);
    this.left -= end - at;
    if (this.left === 0) this.state = 'data CR';
    this.onPiece(bytes.subarray(at, end));
    return end;
  }

  private takeOctet(octet: number): Verdict | null {
    switch (this.state) {
      case 'size':
        return this.takeSize(octet);
      case 'size end':
        return octet === lineFeed ? this.beginData() : notHttp;
      case 'data CR':
        return this.expect(octet, carriageReturn, 'data LF');
      case 'data LF':
        this.digits = 0;
        this.size = 0;
        return this.expect(octet, lineFeed, 'size');
      default:
        this.extensionBytes += 1;
        if (this.extensionBytes > extensionBytesMax) return verdictOn('HPE_CHUNK_EXTENSIONS_OVERFLOW');
        return this.takeExtension(octet);
    }
  }

  private expect(octet: number, expected: number, next: State): Verdict | null {
    if (octet !== expected) return notHttp;
    this.state = next;
    return null;
  }

  private takeSize(octet: number): Verdict | null {
    const digit = hexOf(octet);
    if (digit !== -1) {
      this.digits += 1;
      this.size = this.size * 16 + digit;
      return this.digits > sizeDigitsMax ? notHttp : null;
    }
    return this.digits === 0 ? notHttp : this.takeExtensionEnd(octet);
  }

  /** What may stand behind a size, a name or a value. */
  private takeExtensionEnd(octet: number): Verdict | null {
    if (octet === carriageReturn) this.state = 'size end';
    else if (octet === semicolon) this.state = 'extension name';
    else return notHttp;
    this.nameLength = 0;
    return null;
  }

  private takeExtension(octet: number): Verdict | null {
    switch (this.state) {
      case 'extension name':
        if (tokenOctets[octet] === 1) {
          this.nameLength += 1;
          return null;
        }
        if (this.nameLength === 0) return notHttp;
        return octet === equals ? this.expect(octet, equals, 'extension value') : this.takeExtensionEnd(octet);
      case 'extension value':
        if (octet === quote) return this.expect(octet, quote, 'quoted');
        this.state = 'extension token';
        return tokenOctets[octet] === 1 ? null : notHttp;
      case 'extension token':
        return tokenOctets[octet] === 1 ? null : this.takeExtensionEnd(octet);
      case 'quoted':
        if (octet === quote) this.state = 'quoted end';
        else if (octet === backslash) this.state = 'quoted pair';
        return valueOctets[octet] === 1 ? null : notHttp;
      case 'quoted pair':
        this.state = 'quoted';
        return valueOctets[octet] === 1 ? null : notHttp;
      default:
        return this.takeExtensionEnd(octet);
    }
  }

  private beginData(): null {
    this.left = this.size;
    this.state = this.size === 0 ? 'trailer' : 'data';
    return null;
  }

  private takeTrailer(bytes: Buffer, at: number): number | Verdict {
    const next = this.trailer.take(bytes, at);
    if (this.trailer.isDone) this.state = 'done';
    return next;
  }
}

function hexOf(octet: number): number {
  if (octet >= 48 && octet <= 57) return octet - 48;
  const lower = octet | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
