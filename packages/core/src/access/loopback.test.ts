import { describe, expect, test } from 'vitest';
import { isLoopbackAddress, isLoopbackConnection, isLoopbackExempt, isLoopbackHost } from './loopback.ts';

describe('remote addresses', () => {
  test.each(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    '%s is this machine',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(true);
    },
  );

  test.each([
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '127.0.0.1.evil',
    '127.0.0',
    '127.0.0.256',
    '127.0.0.01',
    '1127.0.0.1',
    ' 127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:',
    '::ffff:::ffff:127.0.0.1',
    '::1%lo',
    '::11',
    'fe80::1',
    '127.0.0.1:80',
    '127.0.0.1\n',
    'localhost',
  ])('%j is another, or none', (address) => {
    expect(isLoopbackAddress(address)).toBe(false);
  });
});

describe('Host headers', () => {
  test.each([
    'localhost',
    'localhost:8000',
    'LOCALHOST',
    'LocalHost:1',
    '127.0.0.1',
    '127.0.0.1:8000',
    '127.8.9.10:65535',
    '[::1]',
    '[::1]:80',
  ])('%s names this machine', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  test.each([
    null,
    '',
    ':',
    ':80',
    'localhost.',
    'localhost.evil.com',
    'localhost:80.evil.com',
    'evil.com',
    'evil.com:80',
    'evil-localhost',
    'localhost evil.com',
    'localhost,evil.com',
    'localhost@evil.com',
    'user@localhost',
    'localhost:',
    'localhost:80:80',
    'localhost:800000',
    'localhost\n',
    ' localhost',
    '127.0.0.1.evil',
    '127.0.0.1.evil.com:80',
    '127.0.0.1.',
    '127.1',
    '127.0.0.999',
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    '0.0.0.0',
    '0',
    '::1',
    '[::1',
    '::1]',
    '[::1].evil.com',
    '[::1]evil',
    '[::1]:',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:0:0:1]',
    '[::1%25lo]',
    '128.0.0.1',
    '１２７.0.0.1',
    'ⓛocalhost',
    'local\u0000host',
  ])('%j does not', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('the exemption', () => {
  const local = { overLoopback: true, host: 'localhost:8000', carriesOriginOrProxyHeader: false };

  test('holds for a plain call from this machine', () => {
    expect(isLoopbackExempt(local)).toBe(true);
  });

  test.each([
    ['another machine', { overLoopback: false }],
    ['a name that a page chose (DNS rebinding)', { host: 'attacker.example:8000' }],
    ['no Host at all', { host: null }],
    ['a page or a proxy in between', { carriesOriginOrProxyHeader: true }],
  ])('ends with %s', (_, change) => {
    expect(isLoopbackExempt({ ...local, ...change })).toBe(false);
  });
});

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
  ['::1', '::1', true],
  ['127.0.0.1', '192.168.1.7', false],
  ['192.168.1.7', '127.0.0.1', false],
  ['192.168.1.7', '192.168.1.7', false],
  ['', '', false],
])('a connection from %j to %j is local: %s', (remoteAddress, localAddress, local) => {
  expect(isLoopbackConnection(remoteAddress, localAddress)).toBe(local);
});
