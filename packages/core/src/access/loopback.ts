/** What of a call decides whether it came from this machine and from no browser page of elsewhere. */
export interface CallOrigin {
  /** Both ends of the connection are loopback addresses: `isLoopbackConnection`. */
  readonly overLoopback: boolean;
  /** Value of the Host header, or null. */
  readonly host: string | null;
  /** True when Origin, or any of `proxyHeaders`, is present. */
  readonly carriesOriginOrProxyHeader: boolean;
}

/** Headers with which a proxy announces itself. */
export const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

const octet = String.raw`(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])`;
const loopbackIpv4 = new RegExp(`^127(?:\\.${octet}){3}$`);

/**
 * The loopback exemption: a process on this machine needs no key for infer, metadata and health.
 *
 * A web page can make a browser on this machine send requests too. It cannot choose the Host header (DNS rebinding
 * shows there) and cannot suppress Origin on a cross-site post; a proxy announces itself in `proxyHeaders`. So any
 * of these ends the exemption.
 */
export function isLoopbackExempt(call: CallOrigin): boolean {
  return call.overLoopback && isLoopbackHost(call.host) && !call.carriesOriginOrProxyHeader;
}

/**
 * True when a connection did not leave this machine. Its own end is looked at as well: a kernel that routes 127.0.0.0/8
 * (`route_localnet`, which some container networks set) takes packets from elsewhere that only look local.
 */
export function isLoopbackConnection(remoteAddress: string, localAddress: string): boolean {
  return isLoopbackAddress(remoteAddress) && isLoopbackAddress(localAddress);
}

/** True for `::1`, 127.0.0.0/8, and the latter written as an IPv4-mapped IPv6 address. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || loopbackIpv4.test(address.replace(/^::ffff:/i, ''));
}

/**
 * True for `localhost`, 127.0.0.0/8 and `[::1]`, each with or without a port. Only these spellings: whatever else a
 * resolver might take for this machine (`localhost.`, `127.1`, `0.0.0.0`) is refused.
 */
export function isLoopbackHost(host: string | null): boolean {
  if (host === null) return false;
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || loopbackIpv4.test(name);
}
