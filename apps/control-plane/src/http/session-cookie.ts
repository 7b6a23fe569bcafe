import type { IncomingHttpHeaders } from 'node:http';

/** Over https the prefix makes browsers refuse the cookie from any other host or path, and over http. */
const names = ['__Host-cluster-ai-session', 'cluster-ai-session'] as const;

const tokenForm = /^[A-Za-z0-9_-]{43}$/;

/** The token of the session that the browser sends; null when it sends none that could be one. */
export function sessionTokenOf(headers: IncomingHttpHeaders): string | null {
  for (const name of names) {
    const value = cookieOf(headers, name);
    if (value !== null && tokenForm.test(value)) return value;
  }
  return null;
}

function cookieOf(headers: IncomingHttpHeaders, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
