import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Credentials } from './call-origin.ts';
import type { Hosts } from './hosts.ts';

/** One of the cookies of the front door. */
export interface Cookie {
  readonly name: string;
  /** Only paths that begin with it are sent the cookie. `/` for those that take the `__Host-` prefix. */
  readonly path: string;
}

const valueForm = /^[A-Za-z0-9_-]{43}$/;

/** Of a session: for as long as the browser runs; the server ends it earlier. */
export const sessionCookie: Cookie = { name: 'cluster-ai-session', path: '/' };

/** Of a browser in which somebody has signed in before. */
export const browserCookie: Cookie = { name: 'cluster-ai-browser', path: '/' };

/** Binds a sign-in with the identity provider to the browser that began it. */
export const oidcCookie: Cookie = { name: 'cluster-ai-oidc', path: '/api/v1/oidc' };

/**
 * The token in a cookie; null when there is none that could be one. Over https only the name that a page of http could
 * not have set is looked at.
 */
export function readCookie(cookie: Cookie, credentials: Credentials, hosts: Hosts): string | null {
  const value = valueOf(credentials.headers, nameOf(cookie, isSecure(credentials, hosts)));
  return value !== null && valueForm.test(value) ? value : null;
}

/** @param maxAgeSeconds without it the cookie lives until the browser is closed. */
export function setCookie(
  reply: FastifyReply,
  cookie: Cookie,
  value: string,
  options: { readonly credentials: Credentials; readonly hosts: Hosts; readonly maxAgeSeconds?: number },
): void {
  const secure = isSecure(options.credentials, options.hosts);
  const parts = [
    `${nameOf(cookie, secure)}=${value}`,
    `Path=${cookie.path}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
    ...(options.maxAgeSeconds === undefined ? [] : [`Max-Age=${options.maxAgeSeconds}`]),
  ];
  const before = [reply.getHeader('set-cookie') ?? []].flat().map(String);
  reply.header('set-cookie', [...before, parts.join('; ')]);
}

export function clearCookie(
  reply: FastifyReply,
  cookie: Cookie,
  options: { readonly credentials: Credentials; readonly hosts: Hosts },
): void {
  setCookie(reply, cookie, '', { ...options, maxAgeSeconds: 0 });
}

/** Whether the browser reached the front door by https: here, or at a proxy in front that the public address tells of. */
function isSecure({ client, headers }: Credentials, hosts: Hosts): boolean {
  if (client.https) return true;
  return hosts.publicUrl !== null && hosts.publicUrl === `https://${headers.host ?? ''}`;
}

/** Over https a prefix makes browsers refuse the cookie from pages of http and, for `/`, of other hosts. */
function nameOf({ name, path }: Cookie, secure: boolean): string {
  if (!secure) return name;
  return path === '/' ? `__Host-${name}` : `__Secure-${name}`;
}

function valueOf(headers: IncomingHttpHeaders, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
