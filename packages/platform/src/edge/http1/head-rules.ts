import { headerTooLarge, notHttp, type Verdict } from '../broken-request.ts';
import type { HeadParts } from './request-head.ts';
import { isHost } from './octets.ts';

/** What one header counts at least. */
const headerBytesLeast = 8;

/** Fifteen digits are exact as a number. */
const lengthText = /^(?:0|[1-9]\d{0,14})$/;

type Lines = Pick<HeadParts, 'names' | 'values' | 'minorVersion'>;
type Framing = Pick<HeadParts, 'contentLength' | 'isChunked'>;

const oneHost: Verdict = { ...notHttp, sentence: `${notHttp.sentence}: it needs one Host header` };

/** What the headers of a request decide about its body and its connection. */
export type Judged = Framing & Pick<HeadParts, 'keepsAlive' | 'expectsContinue'>;

/**
 * Judges the headers that say where a request ends and whom it is for. Of two that contradict each other, none is believed.
 * @param headerBytesMax the headers may have as many as would fit into it with eight bytes each.
 * @returns what was decided, or why the request is refused.
 */
export function judgeHeaders(lines: Lines, method: string, headerBytesMax: number): Judged | Verdict {
  const { names, values, minorVersion } = lines;
  // Each costs more than its bytes.
  if (names.length > headerBytesMax / headerBytesLeast) return headerTooLarge;
  let contentLength: string | null = null;
  let transferEncoding: string | null = null;
  let host: string | null = null;
  let connection = '';
  let expect = '';
  for (let index = 0; index < names.length; index += 1) {
    const value = values[index] ?? '';
    switch (names[index]) {
      case 'content-length':
        if (contentLength !== null) return notHttp;
        contentLength = value;
        break;
      case 'transfer-encoding':
        if (transferEncoding !== null) return notHttp;
        transferEncoding = value;
        break;
      case 'host':
        if (host !== null) return oneHost;
        host = value;
        break;
      case 'connection':
        connection = `${connection},${value}`;
        break;
      case 'expect':
        expect = `${expect},${value}`;
        break;
      default:
    }
  }
  if (host === null && minorVersion === 1) return oneHost;
  if (host !== null && !isHost(host)) return notHttp;
  if (method === 'CONNECT') return { status: '405 Method Not Allowed', sentence: 'CONNECT is not supported' };
  const framing = framingOf(contentLength, transferEncoding, minorVersion);
  if ('status' in framing) return framing;
  if (expect !== '' && expect.toLowerCase() !== ',100-continue') return unknownExpectation;
  return {
    ...framing,
    keepsAlive: connection === '' ? minorVersion === 1 : keepsAlive(connection, minorVersion),
    // HTTP/1.0 knows no such answer (RFC 9110, section 10.1.1).
    expectsContinue: expect !== '' && minorVersion === 1,
  };
}

const unknownExpectation: Verdict = {
  status: '417 Expectation Failed',
  sentence: 'the only expectation that is met is 100-continue',
};

/** Where a body ends (RFC 9112, section 6.3). */
function framingOf(length: string | null, encoding: string | null, minorVersion: number): Framing | Verdict {
  if (encoding === null) {
    if (length === null) return { contentLength: null, isChunked: false };
    return lengthText.test(length) ? { contentLength: Number(length), isChunked: false } : notHttp;
  }
  // A proxy in front may have believed the other one; and one of HTTP/1.0 knows no chunks.
  if (length !== null || minorVersion === 0 || encoding === '') return notHttp;
  if (encoding.toLowerCase() === 'chunked') return { contentLength: null, isChunked: true };
  const codings = encoding.split(',').map((coding) => coding.trim().toLowerCase());
  const chunkedAt = codings.indexOf('chunked');
  if (chunkedAt !== -1 && chunkedAt !== codings.length - 1) return notHttp;
  return {
    status: '501 Not Implemented',
    sentence: `transfer encoding '${encoding.slice(0, 40)}' is not supported; send chunked alone`,
  };
}

function keepsAlive(connection: string, minorVersion: number): boolean {
  const options = connection.toLowerCase().split(',');
  let asked = minorVersion === 1;
  for (const option of options) {
    const name = option.trim();
    if (name === 'close') return false;
    if (name === 'keep-alive') asked = true;
  }
  return asked;
}
