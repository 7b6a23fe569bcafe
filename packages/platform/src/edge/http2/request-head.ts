import type { Headers } from '../edge.ts';

/** The header of a request that is what RFC 9113, section 8.3.1 asks for. */
export interface RequestHead {
  readonly method: string;
  /** Path and query; empty for CONNECT. */
  readonly path: string;
  /** Of `:authority`, or of `host` where there is none. */
  readonly authority: string;
  /** Without the pseudo-headers. */
  readonly headers: Headers;
  readonly contentLength: number | null;
  /** Of all names and values. */
  readonly bytes: number;
}

/** Lower-case tokens (RFC 9110, section 5.6.2). */
const namePattern = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** No NUL, CR, LF, and no blank at either end (section 8.2.1). */
const valuePattern = /^(?:[^\0\r\n\t ](?:[^\0\r\n]*[^\0\r\n\t ])?)?$/;

const ofConnections: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const pseudoNames: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path']);

/** @returns the head, or in words what makes the request malformed. */
export function readRequestHead(all: Headers): RequestHead | string {
  const pseudo = new Map<string, string>();
  let bytes = 0;
  let count = 0;
  for (const [name, value] of all) {
    bytes += name.length + value.length;
    if (!name.startsWith(':')) continue;
    if (!pseudoNames.has(name)) return `the pseudo-header ${JSON.stringify(name)} is not one of requests`;
    if (pseudo.has(name)) return `${name} comes twice`;
    if (!valuePattern.test(value)) return `${name} has a character that may not be`;
    pseudo.set(name, value);
    count += 1;
  }
  // All of them come first.
  const headers = all.slice(count);
  const trouble = judgeHeaders(headers) ?? judgePseudo(pseudo);
  if (trouble !== null) return trouble;
  const hosts = valuesOf(headers, 'host');
  const authority = pseudo.get(':authority');
  if (hosts.length > 1) return 'host comes twice';
  if (authority !== undefined && hosts[0] !== undefined && hosts[0] !== authority) {
    return 'host and :authority differ';
  }
  const lengths = valuesOf(headers, 'content-length');
  if (lengths.some((length) => !/^\d{1,15}$/.test(length) || length !== lengths[0])) return 'content-length is broken';
  return {
    method: pseudo.get(':method') ?? '',
    path: pseudo.get(':path') ?? '',
    authority: authority ?? hosts[0] ?? '',
    headers,
    contentLength: lengths[0] === undefined ? null : Number(lengths[0]),
    bytes,
  };
}

/** @returns in words what is wrong with headers that are no pseudo-headers; null for nothing. Trailers are such, too. */
export function judgeHeaders(headers: Headers): string | null {
  for (const [name, value] of headers) {
    if (!namePattern.test(name)) return `the header name ${JSON.stringify(name)} may not be`;
    if (!valuePattern.test(value)) return `the header ${name} has a character that may not be`;
    if (ofConnections.has(name)) return `the header ${name} is not for HTTP/2`;
    if (name === 'te' && value !== 'trailers') return 'the header te may say trailers alone';
  }
  return null;
}

function judgePseudo(pseudo: ReadonlyMap<string, string>): string | null {
  const method = pseudo.get(':method');
  if (method === undefined || method === '') return ':method is missing';
  if (method === 'CONNECT') {
    if (!pseudo.has(':authority')) return ':authority is missing';
    return pseudo.has(':scheme') || pseudo.has(':path') ? 'CONNECT has neither :scheme nor :path' : null;
  }
  if (!pseudo.has(':scheme')) return ':scheme is missing';
  const path = pseudo.get(':path') ?? '';
  return path.startsWith('/') || (path === '*' && method === 'OPTIONS') ? null : ':path is missing or no path';
}

function valuesOf(headers: Headers, name: string): string[] {
  return headers.filter(([own]) => own === name).map(([, value]) => value);
}
