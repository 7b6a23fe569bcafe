import { describe, expect, test } from 'vitest';
import { assertMayListen, certificatePaths } from './listener-rule.ts';

const none = { minVersion: 'TLSv1.2' } as const;
const both = { ...none, certFile: '/tls.crt', keyFile: '/tls.key' };

describe('which addresses a listener may have', () => {
  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s, with nothing else', (host) => {
    expect(() => assertMayListen('http', { host, plaintext: 'loopback-only', tls: none })).not.toThrow();
  });

  test.each(['0.0.0.0', '::', '192.0.2.7', 'fd00::2', 'door.example', '127.0.0.1.example'])(
    '%s, with TLS or with the setting that says so',
    (host) => {
      expect(() => assertMayListen('http', { host, plaintext: 'loopback-only', tls: none })).toThrow(
        `http.host is ${host}, which other machines can reach, and this listener has no TLS: set http.tls.certFile and http.tls.keyFile, or, where a proxy ends TLS in front of it, set http.plaintext to allowed`,
      );
      expect(() => assertMayListen('http', { host, plaintext: 'allowed', tls: none })).not.toThrow();
      expect(() => assertMayListen('http', { host, plaintext: 'loopback-only', tls: both })).not.toThrow();
    },
  );

  test('a listener that cannot have TLS names its one way out', () => {
    expect(() => assertMayListen('metrics', { host: '0.0.0.0', plaintext: 'loopback-only' })).toThrow(
      'metrics.host is 0.0.0.0, which other machines can reach, and this listener has no TLS: on a network that only the monitoring can reach, set metrics.plaintext to allowed',
    );
  });
});

test('a certificate needs its key, and a key its certificate', () => {
  expect(certificatePaths('http', none)).toBeNull();
  expect(certificatePaths('http', both)).toEqual({ setting: 'http.tls', ...both });
  expect(() => certificatePaths('http', { ...none, certFile: '/c' })).toThrow(
    'http.tls.certFile is set and http.tls.keyFile is not',
  );
  expect(() => certificatePaths('http', { ...none, keyFile: '/k' })).toThrow(
    'http.tls.keyFile is set and http.tls.certFile is not',
  );
});
