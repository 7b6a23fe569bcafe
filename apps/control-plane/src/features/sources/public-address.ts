import { BlockList, isIPv4 } from 'node:net';

/**
 * Address blocks that are not the public internet: the special-purpose registries of IANA (RFC 6890 and its updates).
 * A server that fetches for others must not reach them, or it would open the networks around it.
 */
const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  // Loopback, unspecified, NAT64 and 6to4 (which carry IPv4 addresses), discard, Teredo, documentation, local, multicast.
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  special.addSubnet(network, bits, 'ipv6');
}

/** True for an address of the public internet. IPv4 addresses inside IPv6 ones are judged as what they are. */
export function isPublicAddress(address: string): boolean {
  return !special.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
