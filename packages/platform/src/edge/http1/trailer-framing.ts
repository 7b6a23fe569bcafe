import { headerTooLarge, notHttp, type Verdict } from '../broken-request.ts';
import { tokenOctets, valueOctets } from './octets.ts';

/** They say where a request ends and whom it is for, and have said so before its body (RFC 9110, section 6.5.1). */
const headOnly: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'host']);

/** Of a name as much is kept as says that it is none of those. */
const nameLengthMax = Math.max(...[...headOnly].map(({ length }) => length)) + 1;

const lineFeed = 10;
const carriageReturn = 13;
const colon = 58;

const emptyLineBytes = 2;

type State = 'line' | 'name' | 'value' | 'line LF' | 'last LF' | 'done';

/**
 * Reads the trailer fields behind the last chunk of a body (RFC 9112, section 7.1.2), in whatever pieces they come, and keeps
 * nothing of them. Each octet is looked at once, and what is wrong is said at the octet where it becomes so: a field that has
 * no place here at the colon behind its name.
 */
export class TrailerFraming {
  private state: State = 'line';
  private name = '';
  private bytesTaken = 0;
  private readonly bytesMax: number;

  /** @param bytesMax of all fields together, without the empty line. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get isDone(): boolean {
    return this.state === 'done';
  }

  /** @returns where the bytes go on that are not of the trailer, or what is wrong with it. */
  take(bytes: Buffer, from: number): number | Verdict {
    let at = from;
    while (at < bytes.length && this.state !== 'done') {
      if (this.bytesTaken >= this.bytesMax + emptyLineBytes) return headerTooLarge;
      if (!this.takeOctet(bytes[at] ?? 0)) return notHttp;
      this.bytesTaken += 1;
      at += 1;
    }
    return at;
  }

  /** @returns whether it may stand there. */
  private takeOctet(octet: number): boolean {
    switch (this.state) {
      case 'line':
        if (octet === carriageReturn) return this.goOn('last LF');
        this.name = '';
        return this.takeName(octet);
      case 'name':
        return octet === colon ? !headOnly.has(this.name) && this.goOn('value') : this.takeName(octet);
      case 'value':
        return octet === carriageReturn ? this.goOn('line LF') : valueOctets[octet] === 1;
      case 'line LF':
        return octet === lineFeed && this.goOn('line');
      default:
        return octet === lineFeed && this.goOn('done');
    }
  }

  private takeName(octet: number): boolean {
    if (tokenOctets[octet] !== 1) return false;
    if (this.name.length < nameLengthMax) this.name += String.fromCharCode(octet).toLowerCase();
    return this.goOn('name');
  }

  private goOn(next: State): true {
    this.state = next;
    return true;
  }
}
