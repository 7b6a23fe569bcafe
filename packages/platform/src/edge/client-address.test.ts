import { describe, expect, test } from 'vitest';
import { createClientReader, type Connection } from './client-address.ts';

const here = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' };
const readTrusted = createClientReader(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

const read = (connection: Connection, headers: Record<string, string>) =>
  readTrusted(connection, (name) => [headers[name] ?? []].flat());

describe('without a trusted proxy', () => {
  test.each([
    ['this machine', here, { address: '127.0.0.1', https: false, overLoopback: true }],
    [
      'this machine, on a socket of both families',
      { remoteAddress: '::ffff:127.0.0.1', localAddress: '::ffff:127.0.0.1' },
      { address: '127.0.0.1', https: false, overLoopback: true },
    ],
    [
      'this machine, by its address in the network',
      { remoteAddress: '198.51.100.4', localAddress: '198.51.100.4' },
      { address: '198.51.100.4', https: false, overLoopback: false },
    ],
    [
      'a packet that only looks local',
      { remoteAddress: '127.0.0.1', localAddress: '198.51.100.4' },
      { address: '127.0.0.1', https: false, overLoopback: false },
    ],
    [
      'another machine over TLS',
      { remoteAddress: '203.0.113.5', localAddress: '198.51.100.4', encrypted: true },
      { address: '203.0.113.5', https: true, overLoopback: false },
    ],
  ])('%s', (_who, connection, client) => {
    expect(read(connection, {})).toEqual(client);
    const forged = { 'x-forwarded-for': '10.1.1.1, 127.0.0.1', 'x-forwarded-proto': 'https' };
    expect(read(connection, forged)).toEqual(client);
  });
});

describe('behind a trusted proxy', () => {
  const behind = (remoteAddress: string, headers: Record<string, string>) =>
    read({ remoteAddress, localAddress: '10.0.0.2' }, headers);

  test.each([
    ['what it says', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    [
      'the last that is no proxy, whatever the client wrote before it',
      '10.0.0.1',
      '1.1.1.1, 203.0.113.5',
      '203.0.113.5',
    ],
    ['through two of them', '10.0.0.1', '1.1.1.1, 203.0.113.5, 192.0.2.7', '203.0.113.5'],
    ['through one of IPv6', 'fd00::7', '2001:db8::5', '2001:db8::5'],
    ['on a socket of both families', '::ffff:10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['a client inside the trusted network', '10.0.0.1', '10.9.9.9', '10.9.9.9'],
    ['no header at all', '10.0.0.1', '', '10.0.0.1'],
    ['something that is no address', '10.0.0.1', '203.0.113.5, unknown', '10.0.0.1'],
  ])('%s', (_what, proxy, forwarded, address) => {
    expect(behind(proxy, { 'x-forwarded-for': forwarded })).toEqual({ address, https: false, overLoopback: false });
  });

  test('it says whether the client spoke TLS', () => {
    expect(behind('10.0.0.1', { 'x-forwarded-proto': 'https' }).https).toBe(true);
    expect(behind('10.0.0.1', { 'x-forwarded-proto': 'https, http' }).https).toBe(false);
    expect(read({ remoteAddress: '10.0.0.1', encrypted: true }, { 'x-forwarded-proto': 'http' }).https).toBe(false);
    expect(read({ remoteAddress: '10.0.0.1', encrypted: true }, {}).https).toBe(true);
  });

  test('a header that is sent twice is one list', () => {
    const values = (name: string): string[] => (name === 'x-forwarded-for' ? ['1.1.1.1', '203.0.113.5, 10.0.0.9'] : []);
    expect(readTrusted({ remoteAddress: '10.0.0.1' }, values).address).toBe('203.0.113.5');
  });

  test('a proxy on this machine is not this machine, with or without its header', () => {
    const local = createClientReader(['127.0.0.1']);
    expect(local(here, () => [])).toEqual({ address: '127.0.0.1', https: false, overLoopback: false });
    expect(local(here, () => ['127.0.0.1']).overLoopback).toBe(false);
  });
});

test.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '', '10.0.0'])(
  '%j is refused',
  (entry) => {
    expect(() => createClientReader([entry])).toThrow(
      `http.trustedProxies: ${JSON.stringify(entry)} is neither an address nor a network`,
    );
  },
);
