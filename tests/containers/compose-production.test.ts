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
const readiness = (service: 'backend' | 'inference-gateway-1') =>
  service === 'backend' ? 'http://127.0.0.1:3002/readyz' : 'http://127.0.0.1:8002/readyz';
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
  key = set.compose('run', '--rm', '-T', 'cli', 'key', 'create', 'first').trim().split('\n').at(-1) ?? '';
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

it.each([
  ['postgres', 'backend', '503'],
  ['redis', 'backend', '200'],
] as const)('%s stopped: %s says %s, lives on, and predictions go on', async (stopped, service, expected) => {
  set.compose('stop', '-t', '10', stopped);
  const tookMs = await untilSo(
    `readiness of ${service} is ${expected}`,
    60_000,
    () => set.statusInside(service, readiness('backend')) === expected,
  );
  expect((await set.door('health', 'prod')).status).toBe(1);
  expect(set.statusInside('backend', 'http://127.0.0.1:3002/livez')).toBe('200');
  expect(set.statusInside('inference-gateway-1', readiness('inference-gateway-1'))).toBe('200');
  for (let count = 0; count < 20; count += 1) expect(await door.predict(key)).toBeNull();
  if (stopped === 'redis') {
    await untilSo('the overview says it', 30_000, async () => {
      const { body } = await door.call('GET', '/api/v1/overview', admin());
      const overview = overviewSchema.parse(JSON.parse(body));
      return overview.health === 'degraded' && overview.reasons.some(({ text }) => text.includes('Redis'));
    });
  }
  set.compose('start', stopped);
  const backMs = await untilSo(
    'all is healthy again',
    120_000,
    async () => (await set.door('health', 'prod')).status === 0,
  );
  console.log(`${stopped} stopped: readiness ${expected} after ${tookMs} ms; all healthy ${backMs} ms after its start`);
});

it('backend stopped: the front door is not ready and lives, and a gateway that starts again predicts from its disk', async () => {
  set.compose('stop', '-t', '30', 'backend');
  expect(set.statusInside('frontend', 'http://127.0.0.1:8080/livez')).toBe('200');
  expect(set.statusInside('frontend', 'http://127.0.0.1:8080/readyz')).toMatch(/^50[234]$/);
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
  await untilSo('all is healthy again', 120_000, async () => (await set.door('health', 'prod')).status === 0);
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
