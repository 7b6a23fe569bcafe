import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { FrontDoorClient, predictSteadily } from './compose/front-door-client.ts';
import { RunningSet, untilSo } from './compose/running-set.ts';
import { provideStandIns } from './compose/stand-ins.ts';
import { provideBases } from './engine/bases.ts';
import { startEngine } from './engine/engine.ts';
import type { Engine } from './engine/engine.ts';
import { buildImages, root } from './engine/images.ts';

const services = [
  'backend',
  'frontend',
  'inference-gateway-1',
  'inference-gateway-2',
  'postgres',
  'prometheus',
  'redis',
];

let engine: Engine;
let set: RunningSet;
let door: FrontDoorClient;
let key = '';

beforeAll(async () => {
  engine = await startEngine();
  await provideBases(engine, ['node']);
  const standIns = await provideStandIns(engine);
  await buildImages(engine, ['control-plane', 'gateway', 'dashboard', 'cli']);
  const place = { checkout: root, file: 'docker-compose.prod.yml', project: 'try' };
  const ports = ['CLUSTER_AI_HTTP_PORT', 'CLUSTER_AI_HTTPS_PORT', 'CLUSTER_AI_GRPC_PORT'];
  set = await RunningSet.prepare(engine, place, ports, standIns);
  door = new FrontDoorClient(set);
});
afterAll(async () => {
  await door?.close();
  set?.remove();
  await engine?.stop();
});

const admin = () => set.secret('admin_token');
const probed = {
  frontend: 'http://127.0.0.1:8080',
  backend: 'http://127.0.0.1:3002',
  'inference-gateway-1': 'http://127.0.0.1:8002',
} as const;
const readiness = `${probed.backend}/readyz`;
const overviewSchema = z.object({ health: z.string(), reasons: z.array(z.object({ text: z.string() })) });

it('comes up healthy by its own health checks', async () => {
  const up = await set.mustOpen('prod-up');
  const health = await set.mustOpen('health', 'prod');
  console.log(`make prod-up took ${up.tookMs} ms\n${health.output}`);
  expect(health.output).not.toContain('NOT OK');
  for (const service of services) expect(health.output).toContain(service);
});

it('takes a model, and a prediction goes through the front door over HTTPS', async () => {
  const model = `${join(root, 'models/iris/1/model.onnx')}:/model.onnx:ro`;
  console.log(set.compose('run', '--rm', '-T', '-v', model, 'cli', 'model', 'push', 'iris', '/model.onnx'));
  const made = set.run('run', '--rm', '-T', 'cli', 'key', 'create', 'first');
  key = made.stdout.trim();
  // Its example is for somebody outside.
  expect(made.stderr).toContain('https://localhost/v2/models/iris/infer');
  await untilSo('the gateways have model and key', 60_000, async () => (await door.predict(key)) === null);
  expect((await door.call('GET', '/v2/models/iris', null)).status).toBe(401);
  expect((await door.call('GET', '/v1/models', key)).body).toContain('iris');
  expect(set.compose('run', '--rm', '-T', 'cli', 'user', 'setup-code')).toMatch(
    /^https:\/\/localhost\S*\/setup#code=/m,
  );
});

it('runs as it was asked to: no root, no capability, nothing written but volumes, no secret in an environment', () => {
  const inspected = z
    .array(
      z.object({
        Name: z.string(),
        Config: z.object({ User: z.string(), Env: z.array(z.string()) }),
        HostConfig: z.object({
          ReadonlyRootfs: z.boolean(),
          CapDrop: z.array(z.string()).nullable(),
          CapAdd: z.array(z.string()).nullable(),
          SecurityOpt: z.array(z.string()),
          Memory: z.number(),
          NanoCpus: z.number(),
          PidsLimit: z.number(),
        }),
      }),
    )
    .parse(JSON.parse(engine.docker('inspect', ...set.compose('ps', '-q').split('\n'))));
  expect(inspected).toHaveLength(services.length);
  const secrets = ['admin_token', 'gateway_token', 'postgres_password', 'redis_password'].map((name) =>
    set.secret(name),
  );
  for (const { Name, Config, HostConfig } of inspected) {
    const { ReadonlyRootfs, CapDrop, CapAdd, SecurityOpt } = HostConfig;
    expect({ Name, ReadonlyRootfs, CapDrop, CapAdd, SecurityOpt }).toEqual({
      Name,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: null,
      SecurityOpt: ['no-new-privileges:true'],
    });
    expect(Math.min(HostConfig.Memory, HostConfig.NanoCpus, HostConfig.PidsLimit)).toBeGreaterThan(0);
    expect(Config.User).not.toMatch(/^(0|root)?(:|$)/);
    expect(secrets.filter((secret) => Config.Env.join('\n').includes(secret))).toEqual([]);
  }
});

it('publishes the front door alone, which cannot reach the database', () => {
  const published = engine
    .docker('ps', '--format', '{{.Label "com.docker.compose.service"}} {{.Ports}}')
    .split('\n')
    .filter((line) => line.includes('->'));
  expect(published.map((line) => line.split(' ')[0])).toEqual(['frontend']);
  // By name and by address; the control plane, asked the same way, can.
  const [address = ''] = engine
    .docker(
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}',
      set.containerOf('postgres'),
    )
    .split(' ');
  const connect = (host: string) =>
    `const socket = require('node:net').connect({ host: '${host}', port: 5432, timeout: 3000 });
     const say = (text) => { console.log(text); process.exit(); };
     socket.on('connect', () => say('connected')).on('timeout', () => say('no answer')).on('error', ({ code }) => say(code));`;
  expect(set.askInside('backend', connect('postgres'))).toBe('connected');
  // Its name is looked up outside, where nobody knows it or nobody answers.
  expect(set.askInside('frontend', connect('postgres'))).toMatch(/^(ENOTFOUND|EAI_AGAIN|no answer)$/);
  expect(set.askInside('frontend', connect(address))).toMatch(/^(no answer|E[A-Z]+)$/);
  expect(set.askInside('inference-gateway-1', connect('postgres'))).toMatch(/^(ENOTFOUND|EAI_AGAIN|no answer)$/);
});

it('Prometheus reads every program without a key', async () => {
  const ask = () =>
    set.compose('exec', '-T', 'prometheus', 'promtool', 'query', 'instant', 'http://127.0.0.1:9090', 'sum(up)');
  await untilSo('four targets are up', 60_000, () => ask().includes('=> 4 @'));
  expect(ask()).toContain('=> 4 @');
});

const isWell = async () => (await set.door('health', 'prod')).status === 0;
/** Readiness and liveness of everything that may look red, asked where each listens. */
const probes = () =>
  Object.fromEntries(
    Object.entries(probed).map(([service, address]) => {
      const ask = (path: string) => set.statusInside(service, `${address}${path}`);
      return [service, { readyz: ask('/readyz'), livez: ask('/livez') }];
    }),
  );
const green = { readyz: '200', livez: '200' };
const red = { readyz: '503', livez: '200' };

it.each([
  ['postgres', 'the database cannot be reached'],
  ['redis', 'is away'],
] as const)(
  '%s stopped: control plane and front door are not ready and live; predictions go on',
  async (stopped, why) => {
    expect(probes()).toEqual({ frontend: green, backend: green, 'inference-gateway-1': green });
    set.compose('stop', '-t', '10', stopped);
    const expected = { frontend: red, backend: red, 'inference-gateway-1': green };
    const tookMs = await untilSo('readiness is red', 60_000, () => set.statusInside('backend', readiness) === '503');
    expect(probes()).toEqual(expected);
    expect(JSON.parse((await door.call('GET', '/readyz', null)).body)).toEqual({
      ready: false,
      reasons: [expect.stringContaining(why)],
    });
    expect((await set.door('health', 'prod')).status).toBe(1);
    for (let count = 0; count < 20; count += 1) expect(await door.predict(key)).toBeNull();
    if (stopped === 'redis') {
      await untilSo('the overview says it, of sessions and of both gateways', 30_000, async () => {
        const { body } = await door.call('GET', '/api/v1/overview', admin());
        const { health, reasons } = overviewSchema.parse(JSON.parse(body));
        const said = reasons.map(({ text }) => text).join('\n');
        return (
          health === 'degraded' && /session/.test(said) && said.match(/counts the limits of keys alone/g)?.length === 2
        );
      });
    }
    set.compose('start', stopped);
    const backMs = await untilSo('all is healthy again', 120_000, isWell);
    console.log(`${stopped} stopped: red after ${tookMs} ms, all live; all healthy ${backMs} ms after its start`);
  },
);

it('one gateway stopped: nothing else is red, and the other answers', async () => {
  set.compose('stop', '-t', '45', 'inference-gateway-2');
  expect(probes()).toEqual({ frontend: green, backend: green, 'inference-gateway-1': green });
  expect((await set.door('health', 'prod')).status).toBe(1);
  for (let count = 0; count < 20; count += 1) expect(await door.predict(key)).toBeNull();
});

it('both gateways stopped: the front door is not ready and lives, and the API goes on', async () => {
  set.compose('stop', '-t', '45', 'inference-gateway-1');
  expect(set.statusInside('frontend', `${probed.frontend}/readyz`)).toBe('503');
  expect(set.statusInside('frontend', `${probed.frontend}/livez`)).toBe('200');
  expect(set.statusInside('backend', readiness)).toBe('200');
  expect((await door.call('GET', '/api/v1/models', admin())).status).toBe(200);
  set.compose('start', 'inference-gateway-1', 'inference-gateway-2');
  const backMs = await untilSo('all is healthy again', 120_000, isWell);
  console.log(`both gateways stopped: the front door is red; all healthy ${backMs} ms after their start`);
});

it('backend stopped: the front door is not ready and lives, and a gateway that starts again predicts from its disk', async () => {
  set.compose('stop', '-t', '30', 'backend');
  const { frontend, 'inference-gateway-1': gateway } = probed;
  expect(set.statusInside('frontend', `${frontend}/livez`)).toBe('200');
  expect(set.statusInside('frontend', `${frontend}/readyz`)).toBe('503');
  expect(set.statusInside('inference-gateway-1', `${gateway}/readyz`)).toBe('200');
  expect((await set.door('health', 'prod')).status).toBe(1);
  expect(await door.predict(key)).toBeNull();
  set.compose('stop', '-t', '45', 'inference-gateway-2');
  set.compose('restart', '-t', '45', 'inference-gateway-1');
  const tookMs = await untilSo(
    'the gateway serves without the control plane',
    60_000,
    async () => (await door.predict(key)) === null,
  );
  console.log(`without the control plane, a gateway that was started again predicted after ${tookMs} ms`);
  set.compose('start', 'inference-gateway-2', 'backend');
  await untilSo('all is healthy again', 120_000, isWell);
});

it('loses no prediction while the gateways are started again one after the other', async () => {
  const load = predictSteadily(door, key, 4);
  const restart = await set.mustOpen('restart', 'prod', 'inference-gateway-1', 'inference-gateway-2');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { answered, lost } = await load.stop();
  console.log(
    `${answered} predictions while both gateways were started again in ${restart.tookMs} ms; lost ${lost.length}`,
  );
  expect(lost.slice(0, 5)).toEqual([]);
  expect(answered).toBeGreaterThan(50);
});

it('keeps the data over down and up', async () => {
  const down = await set.mustOpen('down', 'prod');
  expect(down.output).toMatch(/The data is kept\. To delete it for good: docker volume rm .*postgres-data/);
  const up = await set.mustOpen('prod-up');
  await untilSo('the same key predicts', 60_000, async () => (await door.predict(key)) === null);
  console.log(`down took ${down.tookMs} ms, up again ${up.tookMs} ms`);
});

it('says what it needs while nobody asks for anything', async () => {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const figures = set.figures();
  console.log(
    figures.map(({ service, cpu, memory }) => `${service.padEnd(22)} ${cpu.padStart(8)}  ${memory}`).join('\n'),
  );
  expect(figures).toHaveLength(services.length);
});
