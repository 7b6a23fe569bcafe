import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSecrets } from './secrets.ts';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'compose-secrets-')), 'secrets');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('what is missing is made once, and nothing is ever written over', () => {
  const made = makeSecrets(folder, 'cluster-ai.example.com');
  expect(made.toSorted()).toEqual(readdirSync(folder).toSorted());
  const before = made.map((name) => [name, read(name)]);
  expect(makeSecrets(folder, 'other.example.com')).toEqual([]);
  expect(made.map((name) => [name, read(name)])).toEqual(before);
  rmSync(join(folder, 'redis_url'));
  expect(makeSecrets(folder, 'cluster-ai.example.com')).toEqual(['redis_url']);
  expect(read('redis_url')).toContain(read('redis_password'));
});

test('no two installations share one, and addresses hold the passwords', () => {
  makeSecrets(folder, 'localhost');
  const [password, url] = [read('postgres_password'), read('database_url')];
  expect(password).toMatch(/^[\w-]{43}$/);
  expect(url).toBe(`postgres://cluster_ai:${password}@postgres:5432/cluster_ai`);
  const other = join(folder, 'other');
  makeSecrets(other, 'localhost');
  for (const name of ['admin_token', 'gateway_token', 'postgres_password', 'redis_password']) {
    expect(readFileSync(join(other, name), 'utf8').trim()).not.toBe(read(name));
  }
});

test('nobody else gets into the folder, programs in containers may read its files, and the key of the CA nobody', () => {
  makeSecrets(folder, 'localhost');
  expect(modeOf(folder)).toBe(0o700);
  expect(modeOf(join(folder, 'database_url'))).toBe(0o444);
  expect(modeOf(join(folder, 'ca.key'))).toBe(0o600);
});

test.each([
  ['cluster-ai.example.com', 'DNS:cluster-ai.example.com'],
  ['192.0.2.7', 'IP Address:192.0.2.7'],
  ['localhost', 'DNS:localhost, IP Address:127.0.0.1'],
])('the certificate for %s is under the CA of its own', (host, names) => {
  makeSecrets(folder, host);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
  expect(openssl('verify', '-CAfile', join(folder, 'ca.crt'), join(folder, 'tls.crt'))).toContain('OK');
  expect(openssl('x509', '-in', join(folder, 'tls.crt'), '-noout', '-ext', 'subjectAltName')).toContain(names);
});

test('half a certificate is refused; a whole one that is given stays', () => {
  makeSecrets(folder, 'localhost');
  rmSync(join(folder, 'tls.key'));
  expect(() => makeSecrets(folder, 'localhost')).toThrow(/tls\.crt is there and tls\.key is not/);
  writeFileSync(join(folder, 'tls.key'), 'given');
  expect(makeSecrets(folder, 'localhost')).toEqual([]);
});
