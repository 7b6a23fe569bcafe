import type { Client } from '@cluster-ai/platform/edge/client-address.ts';
import { describe, expect, test } from 'vitest';
import { createHosts } from './hosts.ts';

const local: Client = { address: '127.0.0.1', https: false, overLoopback: true };
const far: Client = { address: '203.0.113.5', https: true, overLoopback: false };

const hosts = createHosts(
  { host: '0.0.0.0', publicUrl: 'https://Cluster-AI.example.com:8443/', allowedHosts: ['door.internal', '[fd00::5]'] },
  () => ['cert.example.com', 'localhost', '127.0.0.1', '[::1]'],
);

describe('the names of a front door', () => {
  test.each([
    ['localhost:3000', true, false],
    ['127.0.0.1', true, false],
    ['[::1]:3000', true, false],
    ['cluster-ai.example.com', true, true],
    ['CLUSTER-AI.example.com:8443', true, true],
    ['door.internal:3000', true, true],
    ['[fd00::5]:3000', true, true],
    ['cert.example.com', true, true],
    ['evil.example', false, false],
    ['cluster-ai.example.com.evil.example', false, false],
    ['cluster-ai.example.com.', false, false],
    ['cluster-ai.example.com@evil.example', false, false],
    ['0.0.0.0:3000', false, false],
    ['', false, false],
    [undefined, false, false],
  ])('%j: over loopback %s, from elsewhere %s', (host, here, elsewhere) => {
    expect(hosts.answersTo(host, local)).toBe(here);
    expect(hosts.answersTo(host, far)).toBe(elsewhere);
  });

  test('an address that it listens on is one of them; that of every address is not', () => {
    const one = createHosts({ host: '192.0.2.2', allowedHosts: [] }, () => []);
    expect(one.answersTo('192.0.2.2:3000', far)).toBe(true);
    expect(one.answersTo('192.0.2.3:3000', far)).toBe(false);
    expect(createHosts({ host: 'fd00::2', allowedHosts: [] }, () => []).answersTo('[fd00::2]:1', far)).toBe(true);
    expect(createHosts({ host: '::', allowedHosts: [] }, () => []).answersTo('[::]:1', far)).toBe(false);
  });

  test('the names of a renewed certificate count at once', () => {
    let names: string[] = [];
    const renewed = createHosts({ host: '::', allowedHosts: [] }, () => names);
    expect(renewed.answersTo('new.example', far)).toBe(false);
    names = ['new.example'];
    expect(renewed.answersTo('new.example', far)).toBe(true);
  });

  test('they are told to whoever may use them', () => {
    expect(hosts.namesFor(far)).toEqual(['door.internal', '[fd00::5]', 'cluster-ai.example.com', 'cert.example.com']);
    expect(createHosts({ host: '127.0.0.1', allowedHosts: [] }, () => []).namesFor(local)).toEqual([
      'localhost',
      '127.0.0.1',
      '[::1]',
    ]);
  });
});

test('its own page is known by scheme, name and port, and by the public address', () => {
  expect(hosts.isOwnOrigin('http://localhost:3000', 'localhost:3000', local)).toBe(true);
  expect(hosts.isOwnOrigin('http://localhost:9', 'localhost:3000', local)).toBe(false);
  expect(hosts.isOwnOrigin('https://door.internal', 'door.internal', far)).toBe(true);
  expect(hosts.isOwnOrigin('http://door.internal', 'door.internal', far)).toBe(false);
  // A proxy that nobody said to trust ends TLS in front.
  expect(hosts.isOwnOrigin('https://cluster-ai.example.com:8443', 'door.internal', { ...far, https: false })).toBe(
    true,
  );
  expect(hosts.isOwnOrigin('https://evil.example', 'evil.example', far)).toBe(false);
  expect(hosts.isOwnOrigin('null', 'localhost', local)).toBe(false);
});

test('links begin with the public address, else with the one that was used', () => {
  expect(hosts.linkBase('localhost:3000', local)).toBe('https://cluster-ai.example.com:8443');
  const plain = createHosts({ host: '127.0.0.1', allowedHosts: [] }, () => []);
  expect(plain.linkBase('localhost:3000', local)).toBe('http://localhost:3000');
});

test.each([
  'cluster-ai.example.com',
  'ftp://a.example',
  'https://a.example/path',
  'https://a.example?x',
  'https://u@a.example',
])('the public address %s is refused', (publicUrl) => {
  expect(() => createHosts({ host: '::1', publicUrl, allowedHosts: [] }, () => [])).toThrow(
    `http.publicUrl: "${publicUrl}" is not the address of a listener`,
  );
});

test.each(['http://a.example', 'a.example:80', '*', ''])('the host name %j is refused', (name) => {
  expect(() => createHosts({ host: '::1', allowedHosts: [name] }, () => [])).toThrow('is not the name of a host');
});
