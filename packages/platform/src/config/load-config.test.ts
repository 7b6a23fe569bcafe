import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';
import { controlPlaneTestSchema, gatewayTestSchema } from './testdata/schemas.ts';
import { originsText } from './origins.ts';
import { sourceText } from './problem.ts';
import { parseProgramArguments } from './program-arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

function gateway(options: { file?: string; env?: Record<string, string>; flags?: string[] }) {
  const parsed = parseProgramArguments(options.flags ?? []);
  return loadConfig({
    program: 'gateway',
    schema: gatewayTestSchema,
    env: { CLUSTER_AI_GATEWAY_HOME: '/data', ...options.env },
    ...parsed,
    file: options.file,
  });
}

function sourceOf(config: ReturnType<typeof gateway>, path: string): string {
  const setting = config.settings.find((each) => each.path === path);
  if (setting === undefined) throw new Error(`no setting ${path}`);
  return sourceText(setting.source);
}

test('default < file < environment < flag, and the source of each value is known', () => {
  const path = file('http:\n  port: 1\n  host: ::1\n  bodyBytesMax: 2048\n');
  const env = { CLUSTER_AI_GATEWAY_HTTP_PORT: '2', CLUSTER_AI_GATEWAY_HTTP_BODY_BYTES_MAX: '4096' };
  const config = gateway({ file: path, env, flags: ['--http.port', '3', '--batching.enabled=false'] });
  expect(config.value.http).toMatchObject({ port: 3, host: '::1', bodyBytesMax: 4096, headerBytesMax: 32_768 });
  expect(config.value.batching.enabled).toBe(false);
  expect(sourceOf(config, 'http.port')).toBe('--http.port');
  expect(sourceOf(config, 'http.bodyBytesMax')).toBe('CLUSTER_AI_GATEWAY_HTTP_BODY_BYTES_MAX');
  expect(sourceOf(config, 'http.host')).toBe(`${path}:3`);
  expect(sourceOf(config, 'http.headerBytesMax')).toBe('default');
});

test('values in a file that a supervisor wrote keep the source that it names', () => {
  const path = file('http:\n  port: 1\n  host: ::1\n');
  const first = gateway({ env: { CLUSTER_AI_GATEWAY_HTTP_PORT: '1' } });
  const origins = file(originsText(first.settings));
  const config = gateway({ file: path, flags: ['--config-origins', origins] });
  expect(config.value.http).toMatchObject({ port: 1, host: '::1' });
  expect(sourceOf(config, 'http.port')).toBe('CLUSTER_AI_GATEWAY_HTTP_PORT');
  expect(sourceOf(config, 'http.host')).toBe('default');
  expect(() => gateway({ flags: ['--config-origins', path] })).toThrow(/is no file that/);
});

test('an unknown variable of the program is refused with the nearest name; others are ignored', () => {
  expect(() =>
    gateway({
      env: { CLUSTER_AI_GATEWAY_HTTP_PROT: '1', CLUSTER_AI_CONTROL_PLANE_X: '1', CLUSTER_AI_HOME: '/x', PATH: '/bin' },
    }),
  ).toThrow(/^CLUSTER_AI_GATEWAY_HTTP_PROT: unknown variable; did you mean CLUSTER_AI_GATEWAY_HTTP_PORT\?$/);
});

test('a wrong value in a variable or a flag is named by where it stands', () => {
  expect(() => gateway({ env: { CLUSTER_AI_GATEWAY_LOG_LEVEL: 'loud' } })).toThrow(
    /^CLUSTER_AI_GATEWAY_LOG_LEVEL: log.level is "loud"; allowed: debug, info, warn or error$/,
  );
  expect(() => gateway({ flags: ['--http.port', '80a'] })).toThrow(
    /^--http.port: http.port is "80a"; allowed: a whole number from 0 to 65535$/,
  );
  expect(() => gateway({ flags: ['--http.prot', '80'] })).toThrow(
    /^--http.prot: unknown setting http.prot; did you mean --http.port\?$/,
  );
  expect(() => gateway({ flags: ['--http.port'] })).toThrow(/^--http.port: a value must follow$/);
  expect(() => gateway({ flags: ['-p'] })).toThrow(
    /^-p: unexpected argument; allowed: --config FILE and --<setting> VALUE$/,
  );
});

test('an empty variable and a name without a value count as not set', () => {
  const config = gateway({ file: file('http:\n  port:\nmetrics:\n'), env: { CLUSTER_AI_GATEWAY_HTTP_PORT: '' } });
  expect(config.value.http.port).toBe(8000);
});

test('a setting may be one text or a list of them', () => {
  const url = (options: Parameters<typeof gateway>[0]) => gateway(options).value.control.url;
  expect(url({})).toBe('http://one');
  expect(url({ file: file('control:\n  url: http://a\n') })).toBe('http://a');
  expect(url({ file: file('control:\n  url:\n    - http://a\n    - http://b\n') })).toEqual(['http://a', 'http://b']);
  expect(url({ env: { CLUSTER_AI_GATEWAY_CONTROL_URL: 'http://a' } })).toEqual(['http://a']);
  expect(url({ env: { CLUSTER_AI_GATEWAY_CONTROL_URL: 'http://a, http://b' } })).toEqual(['http://a', 'http://b']);
  expect(url({ flags: ['--control.url', 'http://a,http://b'] })).toEqual(['http://a', 'http://b']);
  expect(() => url({ file: file('control:\n  url: []\n') })).toThrow(
    /control.url is \[\]; allowed: a text, or a list of texts$/,
  );
});

test('a file that does not exist is named', () => {
  expect(() => gateway({ file: '/nowhere/gateway.yaml' })).toThrow(/^\/nowhere\/gateway.yaml: does not exist$/);
});

test('one file may hold the sections of several programs', () => {
  const path = file('gateway:\n  http: { port: 5 }\ncontrolPlane:\n  http: { port: 6 }\n');
  const all = ['up', 'gateway', 'controlPlane'];
  const load = (name: string, from: string) =>
    loadConfig({
      program: 'gateway',
      schema: gatewayTestSchema,
      file: from,
      section: { name, all },
      env: { CLUSTER_AI_GATEWAY_HOME: '/data' },
    }).value.http.port;
  expect(load('gateway', path)).toBe(5);
  expect(load('gateway', file('controlPlane:\n  anything: 1\n'))).toBe(8000);
  const wrong = file('gatway:\n  http: { port: 5 }\n');
  expect(() => load('gateway', wrong)).toThrow(`${wrong}:1: unknown setting gatway; did you mean gateway?`);
});

test('secrets are shown as set and never printed; a well-known variable stands below the own one', () => {
  const env = {
    CLUSTER_AI_CONTROL_PLANE_HOME: '/data',
    CLUSTER_AI_CONTROL_PLANE_AUTH_ADMIN_TOKEN_FILE: '/a',
    CLUSTER_AI_CONTROL_PLANE_AUTH_GATEWAY_TOKEN_FILE: '/b',
    CLUSTER_AI_CONTROL_PLANE_SOURCES_HTTPS_ALLOW: 'a.example, b.example/models',
    DATABASE_URL: 'postgres://user:hunter2@db/x',
  };
  const load = (more: Record<string, string>) =>
    loadConfig({ program: 'control-plane', schema: controlPlaneTestSchema, env: { ...env, ...more } });
  const config = load({});
  const url = config.settings.find(({ path }) => path === 'database.url');
  expect(config.value.database.url).toBe(env.DATABASE_URL);
  expect(config.value.sources.httpsAllow).toEqual(['a.example', 'b.example/models']);
  expect(url).toMatchObject({ shown: '(set)', source: { kind: 'env', name: 'DATABASE_URL' } });
  expect(load({ CLUSTER_AI_CONTROL_PLANE_DATABASE_URL: 'postgres://other' }).value.database.url).toBe(
    'postgres://other',
  );
});

test('a secret may stand in a file that its variable with _FILE names', () => {
  const secret = file('postgres://user:hunter2@db/x\n');
  const load = (env: Record<string, string>) =>
    loadConfig({
      program: 'control-plane',
      schema: controlPlaneTestSchema,
      defaults: { home: '/data', 'auth.adminTokenFile': '/a', 'auth.gatewayTokenFile': '/b' },
      env,
    });
  const wellKnown = load({ DATABASE_URL_FILE: secret });
  expect(wellKnown.value.database.url).toBe('postgres://user:hunter2@db/x');
  expect(wellKnown.settings.find(({ path }) => path === 'database.url')).toMatchObject({
    shown: '(set)',
    source: { kind: 'env', name: 'DATABASE_URL_FILE' },
  });
  const own = 'CLUSTER_AI_CONTROL_PLANE_DATABASE_URL_FILE';
  expect(load({ [own]: secret, DATABASE_URL: 'postgres://weaker' }).value.database.url).toContain('hunter2');
  expect(load({ [own]: '', DATABASE_URL: 'postgres://other' }).value.database.url).toBe('postgres://other');
  expect(() => load({ DATABASE_URL: 'postgres://user:hunter2@db/x', DATABASE_URL_FILE: secret })).toThrow(
    /^DATABASE_URL and DATABASE_URL_FILE are both set; leave one of them out$/,
  );
  expect(() => load({ DATABASE_URL_FILE: '/nowhere/url' })).toThrow('DATABASE_URL_FILE: /nowhere/url does not exist');
  const empty = file(' \n');
  expect(() => load({ [own]: empty })).toThrow(`${own}: ${empty} is empty`);
  const long = file('x'.repeat(70_000));
  expect(() => load({ [own]: long })).toThrow(`${own}: ${long} has 70000 bytes; a secret has at most 65536`);
  // What is no secret has no such variable.
  expect(() => load({ DATABASE_URL_FILE: secret, CLUSTER_AI_CONTROL_PLANE_HOME_FILE: secret })).toThrow(
    'CLUSTER_AI_CONTROL_PLANE_HOME_FILE: unknown variable',
  );
});

test('a caller may put its own values in place of the defaults; all else still wins over them', () => {
  const load = (env: Record<string, string>) =>
    loadConfig({
      program: 'gateway',
      schema: gatewayTestSchema,
      defaults: { home: '/own', 'http.port': 5, 'http.host': undefined },
      env,
    });
  expect(load({}).value).toMatchObject({ home: '/own', http: { port: 5, host: '127.0.0.1' } });
  expect(load({}).settings[0]?.source).toEqual({ kind: 'default' });
  expect(load({ CLUSTER_AI_GATEWAY_HTTP_PORT: '6' }).value.http.port).toBe(6);
});

test('a file of something else is refused with its first hundred problems, at once', () => {
  const foreign = file(Array.from({ length: 20_000 }, (_, index) => `key-${index}: 1\n`).join(''));
  const beganMs = performance.now();
  let lines: string[] = [];
  try {
    gateway({ file: foreign });
  } catch (error) {
    lines = String(error).split('\n');
  }
  const tookMs = performance.now() - beganMs;
  console.log(`20000 unknown settings took ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(5_000);
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe(`${foreign}: only the first 100 problems are shown`);
});

test.each([
  ['http:\n  port: 1\n  port: 2\n', 3],
  ['http: { port: 1 }\nlog:\n  level: info\nhttp: {}\n', 4],
  ['models:\n  - { a: 1, b: 2, a: 3 }\n', 2],
])('a name that stands twice in one group is refused with its line: %j', (text, line) => {
  const path = file(text);
  expect(() => gateway({ file: path })).toThrow(`${path}:${line}: not valid YAML: Map keys must be unique`);
});
