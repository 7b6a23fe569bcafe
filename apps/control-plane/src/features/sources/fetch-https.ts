import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { allowedSource } from './allow-list.ts';
import type { AllowedSource } from './allow-list.ts';
import { isPublicAddress } from './public-address.ts';

export interface FetchOptions {
  readonly allowed: readonly AllowedSource[];
  /** Ends the fetch: the time limit, and the caller going away. */
  readonly signal: AbortSignal;
}

const redirectsMax = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * Opens an https address for reading. Every step, redirects too, must be on the list, and must not lead to a private
 * address unless its entry names a port. Names are resolved once, and the connection goes to what was checked.
 * @throws ClusterError SOURCE_NOT_ALLOWED, SOURCE_UNREACHABLE.
 */
export async function fetchHttps(address: string, options: FetchOptions): Promise<IncomingMessage> {
  let url = parseUrl(address);
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const source = allowedSource(url, options.allowed);
    const response = await get(url, await resolveChecked(url, source), options.signal);
    if (response.statusCode === 200) return response;
    response.destroy();
    const location = response.headers.location;
    if (!redirectStatuses.has(response.statusCode ?? 0) || location === undefined) {
      throw new ClusterError('SOURCE_UNREACHABLE', `${url.host} answered with status ${response.statusCode ?? 'none'}`);
    }
    url = parseUrl(location, url.href);
  }
  throw new ClusterError('SOURCE_UNREACHABLE', `${url.host} redirected more than ${redirectsMax} times`);
}

function parseUrl(text: string, base?: string): URL {
  const url = URL.parse(text, base);
  if (url !== null) return url;
  throw new ClusterError('SOURCE_UNREACHABLE', `${JSON.stringify(text.slice(0, 200))} is not an address`);
}

async function resolveChecked(url: URL, source: AllowedSource): Promise<LookupAddress[]> {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(name);
  const addresses = family === 0 ? await resolveName(name) : [{ address: name, family }];
  if (source.mayBePrivate || addresses.every(({ address }) => isPublicAddress(address))) return addresses;
  throw new ClusterError('SOURCE_NOT_ALLOWED', `${url.hostname} has a private address`, {
    fix: `if that is meant, name it with its port in sources.httpsAllow: "${url.hostname}:${url.port === '' ? '443' : url.port}"`,
  });
}

async function resolveName(name: string): Promise<LookupAddress[]> {
  try {
    return await lookup(name, { all: true });
  } catch (cause) {
    throw new ClusterError('SOURCE_UNREACHABLE', `the name ${name} cannot be resolved`, { cause });
  }
}

function get(url: URL, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = httpsRequest(url, {
      signal,
      agent: false,
      headers: { accept: 'application/octet-stream', 'accept-encoding': 'identity', 'user-agent': 'cluster-ai' },
      // Node asks for all addresses, or for one.
      lookup: (_name, lookupOptions, done) => {
        const [first] = addresses;
        if (lookupOptions.all === true) done(null, [...addresses]);
        else done(null, first?.address ?? '', first?.family);
      },
    });
    call.on('response', resolve);
    call.on('error', (cause) => {
      reject(new ClusterError('SOURCE_UNREACHABLE', `${url.host} did not deliver: ${cause.message}`, { cause }));
    });
    call.end();
  });
}
