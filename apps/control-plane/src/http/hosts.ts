import { isIP } from 'node:net';
import { isLoopbackAddress, isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { readPublicUrl } from '@cluster-ai/core/access/public-url.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';

/** What of the settings decides under which names the front door is known. */
export interface HostSettings {
  readonly host: string;
  readonly publicUrl?: string | undefined;
  readonly allowedHosts: readonly string[];
}

/** The names and origins of this front door. */
export interface Hosts {
  /** Origin of `http.publicUrl`, `https://cluster-ai.example.com`; null when it is not set. */
  readonly publicUrl: string | null;
  /**
   * True when a request for this `Host` is meant for the front door. A page of elsewhere can lead a browser here under
   * a name of its own (DNS rebinding), and such a name is none of these.
   */
  answersTo(host: string | undefined, client: Client): boolean;
  /** True when `Origin` is the page that this front door serves itself, under a name that it answers to. */
  isOwnOrigin(origin: string, host: string | undefined, client: Client): boolean;
  /** Where absolute links begin (invitations, redirects of a sign-in), without a trailing slash. */
  linkBase(host: string | undefined, client: Client): string;
  /** The names that this client may use, for a sentence. */
  namesFor(client: Client): readonly string[];
}

/**
 * Reads the names of the front door from its settings: loopback names over loopback, `http.host` unless it means every
 * address, the host of `http.publicUrl`, `http.allowedHosts`, and the names of the certificate.
 * @param certificateNames asked at each call: a certificate may be replaced by one with other names.
 * @throws ClusterError CONFIG_INVALID.
 */
export function createHosts(settings: HostSettings, certificateNames: () => readonly string[]): Hosts {
  const publicUrl = settings.publicUrl === undefined ? null : readPublicUrl(settings.publicUrl);
  const fixed = new Set(settings.allowedHosts.map(readAllowedHost));
  if (publicUrl !== null) fixed.add(publicUrl.hostname);
  const { host: listenHost } = settings;
  const isEveryAddress = listenHost === '0.0.0.0' || /^[0:]+$/.test(listenHost);
  const isLocal = listenHost === 'localhost' || isLoopbackAddress(listenHost);
  if (!isEveryAddress && !isLocal) fixed.add(isIP(listenHost) === 6 ? `[${listenHost}]` : listenHost.toLowerCase());

  // Many certificates are for localhost too; from elsewhere nobody means this machine by that.
  const ofCertificate = (): readonly string[] => certificateNames().filter((name) => !isLoopbackHost(name));
  const answersTo: Hosts['answersTo'] = (host, client) => {
    if (host === undefined) return false;
    if (client.overLoopback && isLoopbackHost(host)) return true;
    const name = nameOf(host);
    return name !== null && (fixed.has(name) || ofCertificate().includes(name));
  };
  const ownOrigin = (host: string, client: Client): string => `${client.https ? 'https' : 'http'}://${host}`;
  return {
    publicUrl: publicUrl?.origin ?? null,
    answersTo,
    isOwnOrigin: (origin, host, client) =>
      answersTo(host, client) && (origin === ownOrigin(host ?? '', client) || origin === publicUrl?.origin),
    // Whoever may use another name brought a token, and is the one who gets the link.
    linkBase: (host, client) => publicUrl?.origin ?? ownOrigin(host ?? 'localhost', client),
    namesFor: ({ overLoopback }) => [
      ...new Set([...(overLoopback ? loopbackNames : []), ...fixed, ...ofCertificate()]),
    ],
  };
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** The name in a `Host` header without its port, in lower case; null for what is none. */
function nameOf(host: string): string | null {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1] ?? null;
}

function readAllowedHost(text: string): string {
  const name = nameOf(text);
  if (name !== null && name === text.toLowerCase()) return name;
  throw new ClusterError('CONFIG_INVALID', `http.allowedHosts: ${JSON.stringify(text)} is not the name of a host`, {
    fix: 'write a name or an address without scheme and port: cluster-ai.internal, 10.0.0.5 or [fd00::5]',
  });
}
