import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homePaths } from '../up/home.ts';
import { writeState } from '../up/state.ts';
import { writeLogin } from './login-file.ts';
import { resolveGateway, resolveServer } from './server.ts';

let folder = '';
let env: Record<string, string> = {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  env = { CLUSTER_AI_HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Leaves what a running `up` leaves. */
function running(port: number): void {
  mkdirSync(homePaths(folder).run);
  writeFileSync(homePaths(folder).adminToken, 'cai_admin_own\n');
  writeState(folder, {
    pid: 1,
    startedAt: new Date().toISOString(),
    url: `http://localhost:${port}`,
    gatewayUrl: 'http://localhost:8123',
    metricsUrl: 'http://127.0.0.1:1',
    programs: [],
  });
}

function runningWithTls(): void {
  running(3210);
  writeState(folder, {
    pid: 1,
    startedAt: new Date().toISOString(),
    url: 'https://door.example:3210',
    gatewayUrl: 'https://door.example:8123',
    metricsUrl: 'http://127.0.0.1:1',
    local: { url: 'https://127.0.0.1:3210', gatewayUrl: 'https://127.0.0.1:8123', certFiles: ['/tls.crt'] },
    programs: [],
  });
}

test('without any server the error says how to get one', () => {
  expect(() => resolveServer(undefined, env)).toThrow(`no server is known: none runs on the data folder ${folder}`);
});

test('a running up of the same user is found, with its token', () => {
  running(3210);
  expect(resolveServer(undefined, env)).toEqual({ url: 'http://localhost:3210', token: 'cai_admin_own', source: 'up' });
});

test('the flag wins over the variable, the variable over the login, the login over a running up', async () => {
  running(3210);
  await writeLogin(env, { server: 'https://far.example', token: 'far' });
  expect(resolveServer(undefined, env)).toEqual({ url: 'https://far.example', token: 'far', source: 'login' });
  env['CLUSTER_AI_SERVER'] = 'http://other.example/base/';
  expect(resolveServer(undefined, env)).toEqual({
    url: 'http://other.example/base',
    token: undefined,
    source: 'CLUSTER_AI_SERVER',
  });
  expect(resolveServer('http://127.0.0.1:3210/', env)).toEqual({
    url: 'http://127.0.0.1:3210',
    token: 'cai_admin_own',
    source: '--server',
  });
});

test('a running up with TLS is reached on this machine, whatever it is called elsewhere', () => {
  runningWithTls();
  expect(resolveServer(undefined, env)).toEqual({
    url: 'https://127.0.0.1:3210',
    token: 'cai_admin_own',
    source: 'up',
  });
  expect(resolveServer('https://localhost:3210', env).token).toBe('cai_admin_own');
  expect(resolveServer('http://localhost:3210', env).token).toBeUndefined();
  expect(resolveServer('https://door.example:3210', env).token).toBeUndefined();
  expect(resolveGateway(undefined, env)).toBe('https://127.0.0.1:8123');
});

test.each([
  'http://127.0.0.1:9999',
  'http://evil.example:3210',
  'https://localhost:3210',
  'http://localhost.evil.example:3210',
])('the admin token is not sent to %s', (url) => {
  running(3210);
  expect(resolveServer(url, env).token).toBeUndefined();
});

test('a token from the environment is used for the server that was asked for', () => {
  expect(resolveServer('http://a.example', { ...env, CLUSTER_AI_TOKEN: 't' }).token).toBe('t');
});

test('a token may stand in a file', () => {
  const path = join(folder, 'token');
  writeFileSync(path, 'from-a-file\n');
  const inFile = { ...env, CLUSTER_AI_TOKEN_FILE: path };
  expect(resolveServer('http://a.example', inFile).token).toBe('from-a-file');
  expect(resolveServer('http://a.example', { ...inFile, CLUSTER_AI_TOKEN: 't' }).token).toBe('t');
  rmSync(path);
  expect(() => resolveServer('http://a.example', inFile)).toThrow(`CLUSTER_AI_TOKEN_FILE: ${path} does not exist`);
});

test('something that is no address is refused', () => {
  expect(() => resolveServer('localhost:3000', env)).toThrow(
    '--server: localhost:3000 is no address; allowed: http://host:port or https://host:port',
  );
});

test('the login file is private', async () => {
  expect(statSync(await writeLogin(env, { server: 'http://a', token: 'b' })).mode & 0o777).toBe(0o600);
});

test('the gateway is that of the flag, the variable, the running up, or the usual one', () => {
  expect(resolveGateway(undefined, env)).toBe('http://localhost:8000');
  running(3210);
  expect(resolveGateway(undefined, env)).toBe('http://localhost:8123');
  expect(resolveGateway(undefined, { ...env, CLUSTER_AI_GATEWAY: 'http://g:1' })).toBe('http://g:1');
  expect(resolveGateway('http://f:1', { ...env, CLUSTER_AI_GATEWAY: 'http://g:1' })).toBe('http://f:1');
});
