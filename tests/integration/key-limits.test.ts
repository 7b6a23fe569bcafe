import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { startRedis, type RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type GatewayProcess } from '../start-gateway.ts';
import { pause, until } from '../start-platform.ts';
import { pushModel, startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';
import { manyAtOnce, predictOn, remaining, type GatewayAnswer } from './gateway-calls.ts';

const attemptsMax = 6;
const lockMs = 3_000;

let postgres: PostgresServer;
let redis: RedisServer;
let plane: RunningPlane;
let one: GatewayProcess;
let two: GatewayProcess;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(18), startRedis()]);
  plane = await startPlane(await postgres.createDatabase());
  await pushModel(plane, 'adder', [addModel(1)]);
  [one, two] = await Promise.all([start('g1', redis.url), start('g2', redis.url)]);
  await Promise.all([one, two].map((gateway) => untilMode(gateway, 1)));
});

afterAll(async () => {
  await Promise.all([one, two].map((gateway) => gateway?.stop()));
  await plane?.remove();
  await Promise.all([postgres?.remove(), redis?.remove()]);
});

function start(name: string, redisUrl: string | null, home?: string): Promise<GatewayProcess> {
  return startGateway({
    name,
    controlUrl: plane.url,
    tokenFile: join(plane.home, 'gateway-token'),
    ...(home === undefined ? {} : { home }),
    settings: {
      LOCKOUT_ATTEMPTS_MAX: String(attemptsMax),
      LOCKOUT_LOCK_MS: String(lockMs),
      ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    },
  });
}

/** Makes a key and waits until these gateways know it. */
async function makeKey(wish: Partial<keys.NewKey>, gateways = [one, two]) {
  const made = await callEndpoint(plane.admin, keys.createKey, {
    body: { name: 'limits', actions: ['infer', 'read'], ...wish },
  });
  for (const gateway of gateways) {
    // Trying the key too early would count as an unknown one.
    await until(`${gateway.name} knows the key`, 10_000, async () => {
      return (await metric(gateway, 'cluster_ai_gateway_snapshot_version')) >= made.snapshotVersion;
    });
  }
  return made;
}

async function metric(gateway: GatewayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `)) ?? '';
  return Number(line.slice(name.length + 1));
}

/** @returns how long it took, milliseconds. */
function untilMode(gateway: GatewayProcess, shared: 0 | 1): Promise<number> {
  return until(
    `${gateway.name} counts ${shared === 1 ? 'together' : 'alone'}`,
    15_000,
    async () => (await metric(gateway, 'cluster_ai_gateway_limits_shared')) === shared,
  );
}

function counts(answers: readonly GatewayAnswer[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

const overview = () => callEndpoint(plane.admin, getOverview);

test('exactly the quota passes over two gateways, and usage adds up', async () => {
  const { key, secret } = await makeKey({ dailyQuota: 100 });
  const answers = await manyAtOnce(240, 16, (index) => predictOn(index % 2 === 0 ? one : two, secret));
  console.log(`quota 100, 240 requests over two gateways: ${JSON.stringify(counts(answers))}`);
  expect(counts(answers)).toEqual({ 200: 100, 429: 140 });
  const refused = answers.filter(({ status }) => status === 429);
  for (const answer of refused) {
    expect(answer.text).toContain('has used up its 100 requests of this day');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(remaining(answer, 'day')).toBe(0);
    expect(answer.headers.get('x-cluster-ai-limits')).toBeNull();
  }
  const left = answers.filter(({ status }) => status === 200).map((answer) => remaining(answer, 'day'));
  expect(new Set(left)).toEqual(new Set(Array.from({ length: 100 }, (_none, index) => index)));
  await until('usage is reported', 10_000, async () => {
    const shown = await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } });
    return shown.usedToday === 100 && shown.lastUsedAt !== null;
  });
});

test('both gateways together keep to the rate', async () => {
  const [perSecond, burst] = [40, 10];
  const { secret } = await makeKey({ ratePerSecond: perSecond, burst });
  const startedAtMs = performance.now();
  const answers: GatewayAnswer[] = [];
  await manyAtOnce(8, 8, async (index) => {
    while (performance.now() - startedAtMs < 2_000) answers.push(await predictOn(index % 2 === 0 ? one : two, secret));
  });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const passed = answers.filter(({ status }) => status === 200).length;
  const most = burst + perSecond * seconds;
  console.log(`${passed} of ${answers.length} passed in ${seconds.toFixed(2)} s; the bucket allows ${most.toFixed(0)}`);
  expect(passed).toBeLessThanOrEqual(most + 1);
  // A slow machine may not ask for as much as the bucket allows.
  expect(passed).toBeGreaterThan(Math.min(answers.length * 0.9, burst + perSecond * seconds * 0.5));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.text).toContain(`may send ${perSecond} requests a second`);
  expect(refused?.headers.get('retry-after')).toBe('1');
});

test('what fails before it is a prediction costs no quota', async () => {
  const { secret } = await makeKey({ dailyQuota: 2 });
  expect((await predictOn(one, secret, 'nobody')).status).toBe(404);
  expect(remaining(await predictOn(one, secret), 'day')).toBe(1);
});

test('unknown keys are counted together; good ones go on', async () => {
  const { secret } = await makeKey({ dailyQuota: 1_000 });
  const statuses: number[] = [];
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    statuses.push((await predictOn(attempt % 2 === 0 ? one : two, `wrong-${attempt}`)).status);
  }
  expect(statuses).toEqual(statuses.map(() => 401));
  for (const gateway of [one, two]) {
    const locked = await predictOn(gateway, 'wrong-again');
    expect(locked.status).toBe(429);
    expect(locked.text).toContain('too many unknown keys came from this address');
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await predictOn(gateway, secret)).status).toBe(200);
    expect((await predictOn(gateway, null)).status).toBe(200);
  }
  await pause(lockMs);
  expect((await predictOn(one, 'wrong-again')).status).toBe(401);
});

test('Redis dies under load: limits go on alone, visibly, and together again when it is back, with nothing forgotten', async () => {
  const dailyQuota = 1_000_000;
  const { secret } = await makeKey({ ratePerSecond: 100_000, dailyQuota });
  const answers: { answer: GatewayAnswer; atMs: number }[] = [];
  let stopped = false;
  const load = manyAtOnce(8, 8, async (index) => {
    while (!stopped) {
      const answer = await predictOn(index % 2 === 0 ? one : two, secret);
      answers.push({ answer, atMs: performance.now() });
    }
  });
  await pause(500);
  const killedAtMs = performance.now();
  await redis.kill();
  await Promise.all([one, two].map((gateway) => untilMode(gateway, 0)));
  await until('the overview says so', 10_000, async () => {
    const { reasons } = await overview();
    return ['g1', 'g2'].every((name) =>
      reasons.some(({ text }) => text.startsWith(`gateway ${name} counts the limits of keys alone: Redis at `)),
    );
  });
  const { gateways } = await overview();
  expect(gateways.map(({ report }) => report.limits?.mode)).toEqual(['local', 'local']);
  const alone = answers.filter(({ atMs }) => atMs > killedAtMs + 1_000);
  const firstAlone = answers.find(({ answer }) => answer.headers.get('x-cluster-ai-limits') === 'local');
  await redis.start();
  const backMs = await Promise.all([one, two].map((gateway) => untilMode(gateway, 1)));
  await pause(300);
  stopped = true;
  await load;

  const passed = answers.filter(({ answer }) => answer.status === 200).length;
  console.log(
    `${answers.length} requests, ${passed} passed; alone ${((firstAlone?.atMs ?? Number.NaN) - killedAtMs).toFixed(0)} ms after the kill; together ${Math.max(...backMs).toFixed(0)} ms after Redis was back`,
  );
  expect(counts(answers.map(({ answer }) => answer))).toEqual({ 200: answers.length });
  expect((firstAlone?.atMs ?? Infinity) - killedAtMs).toBeLessThan(1_000);
  expect(alone.length).toBeGreaterThan(10);
  for (const { answer } of alone) expect(answer.headers.get('x-cluster-ai-limits')).toBe('local');
  // The killed Redis has lost all it knew; the gateways have told the new one.
  const last = await predictOn(one, secret);
  expect(last.headers.get('x-cluster-ai-limits')).toBeNull();
  expect(remaining(last, 'day')).toBe(dailyQuota - passed - 1);
  await until('the overview is well', 15_000, async () => (await overview()).reasons.length === 0);
});

test('one gateway alone: started again it does not grant a quota twice, and what was revoked stays so from disk', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cluster-ai-alone-'));
  let gateway = await start('g3', null, home);
  try {
    const { key, secret } = await makeKey({ dailyQuota: 20 }, [gateway]);
    const before = await manyAtOnce(15, 3, () => predictOn(gateway, secret));
    expect(counts(before)).toEqual({ 200: 15 });
    expect(before.every(({ headers }) => headers.get('x-cluster-ai-limits') === 'local')).toBe(true);
    await until('usage is reported', 10_000, async () => {
      const shown = await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } });
      return shown.usedToday === 15;
    });
    await gateway.stop('SIGKILL');
    gateway = await start('g3', null, home);
    await until('its first report is answered', 10_000, async () => {
      const { gateways } = await overview();
      return gateways.some(({ report }) => report.gateway === 'g3' && report.pid === gateway.pid);
    });
    const after = await manyAtOnce(15, 3, () => predictOn(gateway, secret));
    console.log(`quota 20, 15 used before the restart; then ${JSON.stringify(counts(after))}`);
    expect(counts(after)).toEqual({ 200: 5, 429: 10 });

    await callEndpoint(plane.admin, keys.revokeKey, { params: { id: key.id } });
    const refusedMs = await until(
      'it is refused',
      10_000,
      async () => (await predictOn(gateway, secret)).status === 401,
    );
    console.log(`a revoked key was refused after ${refusedMs.toFixed(0)} ms`);
    expect(refusedMs).toBeLessThan(2_000);
    await gateway.stop('SIGKILL');
    gateway = await startGateway({
      name: 'g3',
      home,
      controlUrl: 'http://127.0.0.1:1',
      tokenFile: join(plane.home, 'gateway-token'),
    });
    expect((await predictOn(gateway, secret)).status).toBe(401);
    expect((await predictOn(gateway, plane.admin.token)).status).toBe(200);
  } finally {
    await gateway.stop();
    await rm(home, { recursive: true, force: true });
  }
});
