import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from '@cluster-ai/contract/api/endpoint.ts';
import { isLoopbackExempt, isLoopbackHost, proxyHeaders } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Client } from './client-address.ts';
import type { Hosts } from './hosts.ts';
import type { Tokens, TokenOwner } from './tokens.ts';

/** What of a request decides who the caller is. */
export interface Credentials {
  readonly client: Client;
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
 * A page of elsewhere can lead a browser here under a name of its own (DNS rebinding). So a caller without a token must
 * have used a name of this front door, for static files as well.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertOwnHost({ client, headers }: Credentials, hosts: Hosts, tokens: Tokens): void {
  if (hosts.answersTo(headers.host, client)) return;
  if (headers.authorization !== undefined && tokenOwner(headers, tokens) !== null) return;
  const names = new Intl.ListFormat('en-GB').format(hosts.namesFor(client));
  throw new ClusterError(
    'PERMISSION_DENIED',
    `this front door answers ${names === '' ? 'under no name that other machines could use' : `to ${names} alone`}, and the request was for ${JSON.stringify(headers.host ?? '')}`,
    {
      fix: client.overLoopback
        ? 'open http://localhost with the port of the front door'
        : 'set http.publicUrl to the address that people open, or add the name to http.allowedHosts',
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
function callOrigin({ client, headers }: Credentials) {
  const host = headers.host ?? null;
  const scheme = client.https ? 'https' : 'http';
  const ownOrigin = headers.origin === undefined || (isLoopbackHost(host) && headers.origin === `${scheme}://${host}`);
  const site = headers['sec-fetch-site'];
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  const proxied = proxyHeaders.some((name) => headers[name] !== undefined);
  return { overLoopback: client.overLoopback, host, carriesOriginOrProxyHeader: !ownOrigin || !ownSite || proxied };
}

function needs(access: Access): string {
  if (access === 'gateway') return 'this call needs the join token of a gateway';
  return access === 'read'
    ? 'from elsewhere than this machine this call needs the admin token'
    : 'this call needs the admin token';
}
