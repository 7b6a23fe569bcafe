import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateInContainer } from '../../../tools/compose/front-door.ts';
import { certificateNames, makeSecrets, secretNames } from '../../../tools/compose/secrets.ts';
import { composeVariables } from '../../../tools/compose/variables.ts';
import { renderFrontDoorSettings } from '../../../tools/front-door/render-settings.ts';
import { networksOf, readCompose, root, variablesOf } from './read-compose.ts';
import type { ComposeFile, Service } from './read-compose.ts';

const always = [
  'backend',
  'cli',
  'frontend',
  'inference-gateway-1',
  'inference-gateway-2',
  'postgres',
  'prometheus',
  'redis',
];

let secrets = '';
beforeAll(() => {
  secrets = mkdtempSync(join(tmpdir(), 'compose-secrets-'));
  makeSecrets(secrets, 'localhost');
});
afterAll(() => rmSync(secrets, { recursive: true }));

/** What stays when the services of one command and those that only prepare are left out. */
function lasting({ services }: ComposeFile): [string, Service][] {
  return Object.entries(services).filter(([, { profiles, restart }]) => profiles === undefined && restart !== 'no');
}

function serviceOf({ services }: ComposeFile, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}

describe.each(['docker-compose.yml', 'docker-compose.prod.yml'])('%s', (file) => {
  const compose = readCompose(file);

  it('has the services that people know', () => {
    const names = Object.keys(compose.services).filter((name) => name !== 'prepare');
    expect(names.toSorted()).toEqual(always);
    for (const gateway of ['inference-gateway-1', 'inference-gateway-2']) {
      expect(serviceOf(compose, gateway).networks).toMatchObject({ app: { aliases: ['inference-gateway'] } });
    }
  });

  it('gives every service that stays a health check, and starts it again', () => {
    const without = lasting(compose).filter(([, { healthcheck }]) => healthcheck === undefined);
    expect(without.map(([name]) => name)).toEqual([]);
    expect(new Set(lasting(compose).map(([, { restart }]) => restart))).toEqual(new Set(['unless-stopped']));
  });

  it('names nothing that it does not declare, and declares nothing that nobody uses', () => {
    const all = Object.values(compose.services);
    const named = (volumes: readonly string[] = []) =>
      volumes.map((mount) => mount.split(':')[0] ?? '').filter((source) => !/^[./]/.test(source));
    expect(new Set(all.flatMap(networksOf))).toEqual(new Set(Object.keys(compose.networks)));
    expect(new Set(all.flatMap(({ secrets: own = [] }) => own))).toEqual(new Set(Object.keys(compose.secrets)));
    expect(new Set(all.flatMap(({ volumes }) => named(volumes)))).toEqual(new Set(Object.keys(compose.volumes)));
    for (const service of all) {
      for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(other);
    }
  });

  it('mounts files and folders that are in the checkout', () => {
    const sources = Object.values(compose.services)
      .flatMap(({ volumes = [] }) => volumes)
      .map((mount) => mount.split(':')[0] ?? '')
      .filter((source) => source.startsWith('.'));
    expect(sources.length).toBeGreaterThan(1);
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
  });

  it('pins images of others by digest', () => {
    const foreign = Object.values(compose.services).flatMap(({ image }) =>
      image.startsWith('cluster-ai/') ? [] : [image],
    );
    expect(foreign.length).toBeGreaterThan(2);
    expect(foreign.filter((image) => !/^docker\.io\/\S+:\S+@sha256:[0-9a-f]{64}$/.test(image))).toEqual([]);
  });

  it('reads variables that .env.example lists, with the same defaults', () => {
    const known = new Map(composeVariables.map(({ name, fallback }) => [name, fallback]));
    const own = [...variablesOf(file)].filter((name) => /^[A-Z_]+$/.test(name));
    expect(own.filter((name) => !known.has(name))).toEqual([]);
    const written = readFileSync(join(root, file), 'utf8').matchAll(/\$\{(\w+):-([^}]*)\}/g);
    for (const [whole, name = ''] of written) {
      if (known.get(name) !== '') expect(whole).toBe(`\${${name}:-${known.get(name)}}`);
    }
  });

  it('holds no secret: passwords and tokens are files of the folder secrets', () => {
    const allowed =
      /^CLUSTER_AI_(SERVER|GATEWAY|GATEWAY_CONTROL_URL|CONTROL_PLANE_GATEWAY_URL|(GATEWAY|CONTROL_PLANE)_HTTP_PUBLIC_URL)$/;
    const open = Object.values(compose.services)
      .flatMap(({ environment = {} }) => Object.keys(environment))
      .filter((key) => /PASSWORD|TOKEN|SECRET|_URL$/.test(key) && !key.endsWith('_FILE') && !allowed.test(key));
    expect(open).toEqual([]);
    const made = [...secretNames, ...certificateNames];
    for (const { file: path } of Object.values(compose.secrets)) {
      expect(made.map((name) => `./secrets/${name}`)).toContain(path);
    }
  });

  it.each([
    ['backend', 'control-plane', controlPlaneConfigSchema],
    ['inference-gateway-1', 'gateway', gatewayConfigSchema],
    ['inference-gateway-2', 'gateway', gatewayConfigSchema],
  ] as const)('%s starts with these settings', (name, program, schema) => {
    const { environment = {}, secrets: own = [] } = serviceOf(compose, name);
    const files = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
    expect(files.map((path) => path.slice('/run/secrets/'.length)).toSorted()).toEqual(own.toSorted());
    const here = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, value.replace('/run/secrets', secrets)]),
    );
    const { value } = loadConfig({ program, schema, env: here });
    expect(value.http).toMatchObject({ host: '0.0.0.0', plaintext: 'allowed' });
    expect(value.redis.url).toMatch(/^redis:\/\/:[\w-]{43}@redis:6379\/0$/);
  });
});

describe('the production set', () => {
  const compose = readCompose('docker-compose.prod.yml');

  it('publishes the front door and nothing else', () => {
    const published = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['frontend']);
    expect(published[0]?.[1].ports).toEqual(['0.0.0.0:80:8080', '0.0.0.0:443:8443', '0.0.0.0:8001:8001']);
  });

  it('lets each service reach only what it needs', () => {
    const membership = Object.fromEntries(
      Object.entries(compose.services).map(([name, service]) => [name, networksOf(service)]),
    );
    const gateway = ['app', 'cache', 'monitoring'];
    expect(membership).toEqual({
      frontend: ['app', 'edge'],
      backend: ['app', 'cache', 'data', 'monitoring'],
      'inference-gateway-1': gateway,
      'inference-gateway-2': gateway,
      postgres: ['data'],
      redis: ['cache'],
      prometheus: ['monitoring'],
      cli: ['app'],
    });
    const open = Object.entries(compose.networks).filter(([, { internal }]) => internal !== true);
    expect(open.map(([name]) => name)).toEqual(['edge']);
  });

  it('believes forwarded addresses from the network of the front door alone', () => {
    const given = { CLUSTER_AI_APP_SUBNET: '10.9.8.0/24' };
    const { services, networks } = readCompose('docker-compose.prod.yml', given);
    expect(networks['app']?.ipam?.config[0].subnet).toBe('10.9.8.0/24');
    const trusting = Object.values(services).flatMap(({ environment = {} }) =>
      Object.entries(environment).flatMap(([key, value]) => (key.endsWith('_TRUSTED_PROXIES') ? [value] : [])),
    );
    expect(trusting).toEqual(['10.9.8.0/24', '10.9.8.0/24', '10.9.8.0/24']);
  });

  it('asks a key of everybody', () => {
    expect(serviceOf(compose, 'backend').environment).toMatchObject({
      CLUSTER_AI_CONTROL_PLANE_AUTH_LOOPBACK: 'required',
    });
    for (const name of ['inference-gateway-1', 'inference-gateway-2']) {
      expect(serviceOf(compose, name).environment).toMatchObject({ CLUSTER_AI_GATEWAY_AUTH: 'required' });
    }
  });

  it('gives no service a capability, and each gateway a name and a volume of its own', () => {
    expect(Object.values(compose.services).flatMap(({ cap_add = [] }) => cap_add)).toEqual([]);
    const gateways = [serviceOf(compose, 'inference-gateway-1'), serviceOf(compose, 'inference-gateway-2')];
    const own = gateways.map(({ environment = {}, volumes = [] }) => [environment['CLUSTER_AI_GATEWAY_NAME'], volumes]);
    expect(own).toEqual([
      ['gateway-1', ['gateway-1-data:/var/lib/cluster-ai']],
      ['gateway-2', ['gateway-2-data:/var/lib/cluster-ai']],
    ]);
  });

  it('has the settings of the front door that the renderer writes, with TLS: `node tools/front-door.ts` when it has not', () => {
    const folder = join(root, 'deployments/compose/front-door');
    const rendered = renderFrontDoorSettings(certificateInContainer);
    const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    expect(new Map(written)).toEqual(new Map(rendered));
    expect(serviceOf(compose, 'frontend').volumes).toEqual(['./deployments/compose/front-door:/etc/nginx/settings:ro']);
    expect(serviceOf(compose, 'frontend').secrets?.map((name) => `/run/secrets/${name}`)).toEqual(
      Object.values(certificateInContainer),
    );
  });

  it('gives drains the time that they need', () => {
    const drainMs = loadConfig({ program: 'gateway', schema: gatewayConfigSchema, env: {}, defaults: { home: '/x' } })
      .value.shutdown.drainTimeoutMs;
    const seconds = Number.parseInt(serviceOf(compose, 'inference-gateway-1').stop_grace_period ?? '0', 10);
    expect(seconds * 1_000).toBeGreaterThan(drainMs);
  });
});

describe('the development set', () => {
  const compose = readCompose('docker-compose.yml');

  it('publishes on loopback alone', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: own = [] }) => own);
    expect(ports).toContain('127.0.0.1:5173:5173');
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('runs what is saved: the programs under --watch, the dashboard under vite', () => {
    for (const name of ['backend', 'inference-gateway-1', 'inference-gateway-2']) {
      const { command = [], volumes } = serviceOf(compose, name);
      expect(command).toContain('--watch');
      expect(existsSync(join(root, command.at(-1) ?? ''))).toBe(true);
      expect(volumes).toContain('.:/workspace:ro');
    }
    expect(serviceOf(compose, 'frontend').command?.join(' ')).toMatch(/vite/);
  });

  it('keeps the front from the database', () => {
    expect(networksOf(serviceOf(compose, 'frontend'))).not.toContain('data');
    expect(networksOf(serviceOf(compose, 'postgres'))).toEqual(['data']);
  });
});
