import type { Headers } from '../../edge.ts';
import type { RequestHead } from '../request-head.ts';

/** Of heads that come again: the decoder gives the same one for equal blocks. */
const known = new WeakMap<RequestHead, Headers>();

/**
 * The headers of a request as HTTP/1.1 has them, for those who know only one kind: `:authority` is `host`, and the parts of a
 * cookie are one (RFC 9113, sections 8.3.1 and 8.2.3).
 */
export function requestHeaders(head: RequestHead): Headers {
  const before = known.get(head);
  if (before !== undefined) return before;
  const { headers, authority } = head;
  const cookies = headers.filter(([name]) => name === 'cookie');
  const others = cookies.length > 1 ? headers.filter(([name]) => name !== 'cookie') : headers;
  const hasHost = authority === '' || headers.some(([name]) => name === 'host');
  const made: Headers = [
    ...(hasHost ? [] : [['host', authority] as const]),
    ...others,
    ...(cookies.length > 1 ? [['cookie', cookies.map(([, value]) => value).join('; ')] as const] : []),
  ];
  known.set(head, made);
  return made;
}
