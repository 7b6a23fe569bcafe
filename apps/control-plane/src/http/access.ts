import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from '@cluster-ai/contract/api/endpoint.ts';
import { isLoopbackExempt, isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Tokens, TokenOwner } from './tokens.ts';

/** What of a request decides who the caller is. */
export interface Credentials {
  readonly remoteAddress: string;
  readonly headers: IncomingHttpHeaders;
}

const bearer = /^Bearer +([^\s]{1,512})$/i;

/**
 * The rule of the front door: who may call what.
 * @returns the actor, for the audit log.
 * @throws ClusterError UNAUTHENTICATED without a token, or with one that nobody has; PERMISSION_DENIED with the token of somebody else.
 */
export function authorize(access: Access, credentials: Credentials, tokens: Tokens): string {
  if (access === 'public') return 'anonymous';
  const owner = tokenOwner(credentials.headers, tokens);
  if (owner === null) {
    if (access === 'read' && isLoopbackExempt(callOrigin(credentials))) return 'local';
    throw new ClusterError('UNAUTHENTICATED', needs(access), {
      fix: 'send `Authorization: Bearer <token>`; `cluster-ai login` keeps one for the command line',
    });
  }
  const allowed: TokenOwner = access === 'gateway' ? 'gateway' : 'admin';
  if (owner === allowed) return owner;
  throw new ClusterError('PERMISSION_DENIED', `the ${owner} token does not allow this call; ${needs(access)}`);
}

/**
 * A page of elsewhere can reach this machine through the browser under a name of its own (DNS rebinding). So a caller
 * without a token must have used a name of this machine, for static files as well.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertLoopbackHost(credentials: Credentials, tokens: Tokens): void {
  const { authorization, host } = credentials.headers;
  if (isLoopbackHost(host ?? null)) return;
  if (authorization !== undefined && tokenOwner(credentials.headers, tokens) !== null) return;
  throw new ClusterError(
    'PERMISSION_DENIED',
    `this address answers to localhost, 127.0.0.1 and [::1] alone, and the request was for ${JSON.stringify(host ?? '')}`,
    {
      fix: 'open http://localhost with the port of the front door',
    },
  );
}

function tokenOwner(headers: IncomingHttpHeaders, tokens: Tokens): TokenOwner | null {
  if (headers.authorization === undefined) return null;
  const token = bearer.exec(headers.authorization)?.[1];
  const owner = token === undefined ? null : tokens.ownerOf(token);
  if (owner !== null) return owner;
  throw new ClusterError('UNAUTHENTICATED', 'the token is not known here', {
    fix: 'read the present one with `cluster-ai login`',
  });
}

/**
 * The dashboard is served from this very address, and its own requests carry `Origin`. That one origin counts as absent;
 * any other, and what the browser itself calls a request of another site, ends the exemption.
 */
function callOrigin({ remoteAddress, headers }: Credentials) {
  const host = headers.host ?? null;
  const ownOrigin = headers.origin === undefined || (isLoopbackHost(host) && headers.origin === `http://${host}`);
  const site = headers['sec-fetch-site'];
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  const proxied =
    headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined || headers.via !== undefined;
  return { remoteAddress, host, carriesOriginOrProxyHeader: !ownOrigin || !ownSite || proxied };
}

function needs(access: Access): string {
  if (access === 'gateway') return 'this call needs the join token of a gateway';
  return access === 'read'
    ? 'from elsewhere than this machine this call needs the admin token'
    : 'this call needs the admin token';
}
