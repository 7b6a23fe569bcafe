import { BlockList, isIP } from 'node:net';
import { isLoopbackConnection } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Who is at the other end, as far as this program can know. */
export interface Client {
  /** The client's address, for lockouts, rate limits and the audit log. Behind a trusted proxy it is what that says. */
  readonly address: string;
  /** The client spoke TLS: to this program, or to the trusted proxy that passed its request on. */
  readonly https: boolean;
  /**
   * The connection itself came over the loopback interface, and not from a trusted proxy. Only such a call can be a
   * process of this machine; the loopback exemption asks for more than this.
   */
  readonly overLoopback: boolean;
}

/** What is read of a connection; a socket of `node:net` or `node:tls`. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
  /** True on a TLS socket. */
  readonly encrypted?: boolean;
}

/** All values of a header, whose name is in lower case. */
export type HeaderValues = (name: string) => readonly string[];

/** Addresses that a header may name at most; a longer one is cut, nearest first. */
const hopsMax = 32;

/**
 * Makes the one place that believes proxy headers.
 * @param trustedProxies addresses and networks, `10.0.0.7` or `10.0.0.0/8`: `http.trustedProxies`.
 * @throws ClusterError CONFIG_INVALID for an entry that is neither.
 */
export function createClientReader(
  trustedProxies: readonly string[],
): (connection: Connection, headers: HeaderValues) => Client {
  const trusted = proxyList(trustedProxies);
  const isTrusted = (address: string): boolean => {
    const family = trustedProxies.length === 0 ? 0 : isIP(address);
    return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
  return (connection, headers) => {
    const peer = plainAddress(connection.remoteAddress ?? '');
    const encrypted = connection.encrypted === true;
    if (!isTrusted(peer)) {
      const overLoopback = isLoopbackConnection(peer, connection.localAddress ?? '');
      return { address: peer, https: encrypted, overLoopback };
    }
    const scheme = hopsOf(headers('x-forwarded-proto')).at(-1);
    return {
      address: forwardedAddress(hopsOf(headers('x-forwarded-for')), isTrusted) ?? peer,
      https: scheme === undefined ? encrypted : scheme.toLowerCase() === 'https',
      overLoopback: false,
    };
  };
}

/**
 * Each proxy adds the address that it was called from at the end. So from the end, the first that is no trusted proxy is
 * the client; what stands before it is whatever the client wrote.
 */
function forwardedAddress(hops: readonly string[], isTrusted: (address: string) => boolean): string | null {
  let nearest: string | null = null;
  for (const hop of hops.slice(-hopsMax).toReversed()) {
    const address = plainAddress(hop);
    // A proxy that writes something else than an address tells nothing that could be used.
    if (isIP(address) === 0) return nearest;
    nearest = address;
    if (!isTrusted(address)) return nearest;
  }
  return nearest;
}

function hopsOf(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** `::ffff:10.0.0.7` of a socket that takes both families is 10.0.0.7. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const width = family === 6 ? 128 : 32;
    const isWhole = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
    if (family === 0 || rest.length > 0 || !isWhole) {
      throw new ClusterError(
        'CONFIG_INVALID',
        `http.trustedProxies: ${JSON.stringify(entry)} is neither an address nor a network`,
        { fix: 'write 10.0.0.7, 10.0.0.0/8, fd00::7 or fd00::/8' },
      );
    }
    const kind = family === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(bits), kind);
  }
  return list;
}
