import { ClusterError, type ErrorCode } from '@cluster-ai/core/errors.ts';

/** What a client is told about bytes that never became a request. */
export interface Verdict {
  readonly status: string;
  readonly sentence: string;
}

/**
 * Judges an error of node:http's parser or of its clock. Node would close the connection without a body; clients deserve
 * the reason.
 * @returns null when nobody is left to be told: the connection broke, or ended in the middle of a request.
 */
export function verdictOn(code: string | undefined): Verdict | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headerTooLarge;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        status: '413 Content Too Large',
        sentence: 'the chunk extensions of the request are larger than the limit',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return tooLate;
    case 'HPE_INVALID_EOF_STATE':
      return null;
    default:
      return code?.startsWith('HPE_') === true ? notHttp : null;
  }
}

export const headerTooLarge: Verdict = {
  status: '431 Request Header Fields Too Large',
  sentence: 'the request header is larger than the limit',
};

export const notHttp: Verdict = { status: '400 Bad Request', sentence: 'the request is not valid HTTP/1.1' };

export const tooLate: Verdict = {
  status: '408 Request Timeout',
  sentence: 'the request did not arrive whole in time',
};

/** Codes of what can be wrong with a body, by status. Trailers count as header. */
const bodyCodes: Readonly<Record<string, ErrorCode>> = {
  '408': 'REQUEST_TIMEOUT',
  '413': 'BODY_TOO_LARGE',
  '431': 'HEADER_TOO_LARGE',
};

/** The same, for whoever reads the body. */
export function bodyError({ status, sentence }: Verdict): ClusterError {
  return new ClusterError(bodyCodes[status.slice(0, 3)] ?? 'INVALID_ARGUMENT', sentence);
}

/** A whole HTTP/1.1 answer that ends its connection. @param isForHead an answer to HEAD has no body. */
export function lastWords({ status, sentence }: Verdict, isForHead = false): string {
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\n`;
  if (isForHead) return `${head}\r\n`;
  const body = JSON.stringify({ error: sentence });
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
