import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultHome } from './home.ts';
import { exampleModels, programs } from './programs.ts';
import { embeddedDatabase, loadUpSettings } from './settings.ts';
import type { UpFlags } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (flags: UpFlags = {}, env: Record<string, string> = {}) =>
  loadUpSettings(flags, { CLUSTER_AI_HOME: '/data', ...env }, 1000);

test('without settings everything is on this machine, under the data folder', () => {
  const { home, controlPlane, gateway } = load();
  expect(home).toBe('/data');
  expect(controlPlane.value).toMatchObject({
    home: '/data/control-plane',
    http: { host: '127.0.0.1', port: 3000 },
    database: { url: embeddedDatabase },
    auth: { adminTokenFile: '/data/admin-token', gatewayTokenFile: '/data/gateway-token' },
  });
  expect(controlPlane.value.sources.examples.map((path) => path.split('/').at(-1))).toEqual(
    expect.arrayContaining(['iris', 'mnist']),
  );
  expect(gateway.value).toMatchObject({
    home: '/data/gateway-1',
    http: { port: 8000 },
    grpc: { enabled: true, port: 8001 },
    metrics: { port: 8002 },
    control: { tokenFile: '/data/gateway-token', modelFiles: '/data/control-plane/files' },
  });
});

test('a gateway takes files from the storage folder when one is set', () => {
  const env = { CLUSTER_AI_CONTROL_PLANE_STORAGE_FOLDER: '/shared' };
  expect(load({}, env).gateway.value.control.modelFiles).toBe('/shared/files');
});

test('flags of up set the settings of the programs, and win over variables', () => {
  const flags = {
    home: '/other',
    port: '1',
    gatewayPort: '2',
    grpcPort: '4',
    as: 'triton',
    metricsPort: '3',
    modelRepository: '/models',
    examples: false,
    databaseUrl: 'postgres://db',
    host: '::1',
    gateways: '3',
  };
  const { home, up, controlPlane, gateway } = load(flags, {
    CLUSTER_AI_GATEWAY_HTTP_PORT: '9',
    DATABASE_URL: 'postgres://env',
  });
  expect(home).toBe('/other');
  expect(up.value.gateways).toBe(3);
  expect(controlPlane.value).toMatchObject({
    http: { host: '::1', port: 1 },
    sources: { examples: [], repository: '/models' },
    database: { url: 'postgres://db' },
  });
  expect(gateway.value).toMatchObject({ http: { host: '::1', port: 2 }, metrics: { host: '::1', port: 3 } });
  expect(gateway.value).toMatchObject({ grpc: { port: 4 }, as: 'triton' });
  expect(load({}, { DATABASE_URL: 'postgres://env' }).controlPlane.value.database.url).toBe('postgres://env');
});

test('one file has a section for each program', () => {
  const file = join(folder, 'cluster-ai.yaml');
  writeFileSync(
    file,
    'up: { examples: false }\ncontrolPlane:\n  http: { port: 4000 }\ngateway:\n  batching: { rowsMax: 8 }\n',
  );
  const { up, controlPlane, gateway } = load({ config: file });
  expect([up.value.examples, controlPlane.value.http.port, gateway.value.batching.rowsMax]).toEqual([false, 4000, 8]);
  writeFileSync(file, 'gateway:\n  batching: { rowMax: 8 }\n');
  expect(() => load({ config: file })).toThrow(
    `${file}:2: unknown setting batching.rowMax; did you mean batching.rowsMax?`,
  );
});

test.each(['0.0.0.0', '192.168.1.4', '::', 'example.org'])(
  'the address %s needs TLS, or the setting that says otherwise',
  (host) => {
    expect(() => load({ host })).toThrow(
      `--host: http.host is ${host}, which other machines can reach, and this listener has no TLS: set http.tls.certFile and http.tls.keyFile, or, where a proxy ends TLS in front of it, set http.plaintext to allowed`,
    );
    const tls = { tlsCert: '/tls.crt', tlsKey: '/tls.key', publicUrl: 'https://door.example' };
    const { controlPlane, gateway } = load({ host, ...tls });
    const files = { certFile: '/tls.crt', keyFile: '/tls.key' };
    expect(controlPlane.value.http).toMatchObject({ host, tls: files, publicUrl: 'https://door.example' });
    expect(gateway.value.http).toMatchObject({ host, tls: files });
    // What asks for no key stays on this machine.
    expect(gateway.value.metrics.host).toBe('127.0.0.1');
    const plaintext = {
      CLUSTER_AI_CONTROL_PLANE_HTTP_PLAINTEXT: 'allowed',
      CLUSTER_AI_GATEWAY_HTTP_PLAINTEXT: 'allowed',
    };
    expect(load({ host }, plaintext).gateway.value.http.host).toBe(host);
  },
);

test('a metrics listener of the network needs its own word, and a certificate its key', () => {
  expect(() => load({}, { CLUSTER_AI_GATEWAY_METRICS_HOST: '0.0.0.0' })).toThrow(
    'CLUSTER_AI_GATEWAY_METRICS_HOST: metrics.host is 0.0.0.0',
  );
  const allowed = { CLUSTER_AI_GATEWAY_METRICS_HOST: '0.0.0.0', CLUSTER_AI_GATEWAY_METRICS_PLAINTEXT: 'allowed' };
  expect(load({}, allowed).gateway.value.metrics.host).toBe('0.0.0.0');
  expect(() => load({ tlsCert: '/tls.crt' })).toThrow('http.tls.certFile is set and http.tls.keyFile is not');
});

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('the address %s is accepted', (host) => {
  expect(load({ host }).gateway.value.http.host).toBe(host);
});

test('the data folder is named by the environment, else the usual place of the user', () => {
  expect(defaultHome({ CLUSTER_AI_HOME: '/a' }, 0)).toBe('/a');
  expect(defaultHome({}, 0)).toBe('/var/lib/cluster-ai');
  expect(defaultHome({ XDG_DATA_HOME: '/x' }, 1000)).toBe('/x/cluster-ai');
  expect(defaultHome({ CLUSTER_AI_HOME: '', XDG_DATA_HOME: '' }, 1000)).toMatch(/\/\.local\/share\/cluster-ai$/);
});

test('every program that up starts is where it is looked for, and examples are folders with a version', () => {
  expect(programs.cli).toMatch(/apps\/cli\/src\/main\.ts$/);
  expect(programs.controlPlane).toMatch(
    /(?:apps\/control-plane\/src\/main\.ts|dist\/control-plane\/control-plane\.js)$/,
  );
  expect(programs.gateway).toMatch(/(?:apps\/gateway\/src\/main\.ts|dist\/gateway\/gateway\.js)$/);
  for (const path of Object.values(programs)) expect(existsSync(path) || path === programs.dashboard).toBe(true);
  for (const path of exampleModels()) expect(path).not.toMatch(/train/);
});
