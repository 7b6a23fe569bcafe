import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackExempt, proxyHeaders } from '@cluster-ai/core/access/loopback.ts';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';
import type { Hosts } from './hosts.ts';

/** What of a request decides who the caller is. */
export interface Credentials {
  readonly method: string;
  readonly client: Client;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Which page made a browser send the request: one of this front door (`own`), one of elsewhere (`foreign`), or none that
 * the browser tells of (`none`): a program, or a person who typed the address.
 */
export function siteOf({ headers, client }: Credentials, hosts: Hosts): 'own' | 'foreign' | 'none' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'foreign';
  if (headers.origin !== undefined) return hosts.isOwnOrigin(headers.origin, headers.host, client) ? 'own' : 'foreign';
  return site === 'same-origin' ? 'own' : 'none';
}

/**
 * The loopback exemption. The dashboard is served from this very address, and its own requests carry `Origin`: that one
 * origin counts as absent.
 */
export function isExempt(credentials: Credentials, hosts: Hosts): boolean {
  const { headers, client } = credentials;
  const proxied = proxyHeaders.some((name) => headers[name] !== undefined);
  return isLoopbackExempt({
    overLoopback: client.overLoopback,
    host: headers.host ?? null,
    carriesOriginOrProxyHeader: proxied || siteOf(credentials, hosts) === 'foreign',
  });
}
