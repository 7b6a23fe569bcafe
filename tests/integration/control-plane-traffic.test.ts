import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { getTraffic, trafficPointsMax } from '@cluster-ai/contract/api/traffic.ts';
import type { SentReport } from '@cluster-ai/contract/telemetry.ts';
import { bucketRequestsMax } from '@cluster-ai/control-plane/features/traffic/fold.ts';
import { trafficJobs } from '@cluster-ai/control-plane/features/traffic/index.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CountingGateway } from './control-plane/counting-gateway.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

let postgres: PostgresServer;
const planes: RunningPlane[] = [];

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.remove();
});

afterAll(() => postgres.remove());

async function start(url: string, env: Record<string, string> = {}, clock?: Clock): Promise<RunningPlane> {
  const plane = await startPlane(url, { env, ...(clock === undefined ? {} : { clock }) });
  planes.push(plane);
  return plane;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

async function lastMinutes(plane: RunningPlane, query: Partial<Parameters<typeof ask>[1]> = {}, minutes = 15) {
  const nowMs = Date.now();
  return ask(plane, { from: nowMs - minutes * minuteMs, to: nowMs + 1_000, ...query });
}

async function ask(
  plane: RunningPlane,
  query: {
    from: number;
    to: number;
    step?: number;
    gateway?: string;
    route?: string;
    groupBy?: 'none' | 'gateway' | 'route' | 'version';
  },
) {
  return callEndpoint(plane.admin, getTraffic, { query });
}

const iris = { route: 'iris', modelId: 'iris@1' };

test('reports of one gateway at two control planes, some twice, some late, are counted once', async () => {
  const url = await postgres.createDatabase();
  const [one, two] = [await start(url), await start(url)];
  const gateway = new CountingGateway('gateway-1');
  await gateway.send(one);
  let requests = 0;
  let late = gateway.report();
  for (let round = 1; round <= 20; round += 1) {
    for (let count = 0; count < round; count += 1) gateway.answer({ ...iris, latencyMs: 1 + count });
    requests += round;
    gateway.passes(2_000);
    const report = gateway.report();
    await Promise.all([gateway.send(one, report), gateway.send(two, report), gateway.send(two, late)]);
    late = report;
  }
  for (const plane of [one, two]) {
    const { series } = await lastMinutes(plane);
    expect(series).toMatchObject([{ gateway: null, route: null, modelId: null, requests, errors: 0 }]);
  }
});

test('rates, errors and quantiles are those of the requests, within the stated error', async () => {
  const plane = await start(await postgres.createDatabase());
  const gateway = new CountingGateway('gateway-1');
  const latencies: number[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const latencyMs = 0.1 * 1.011 ** index;
    latencies.push(latencyMs);
    const outcome = index < 30 ? ('error' as const) : index < 40 ? ('fault' as const) : undefined;
    gateway.answer({ ...iris, latencyMs, ...(outcome === undefined ? {} : { outcome }) });
  }
  gateway.passes(59_000);
  await gateway.send(plane);
  const answer = await lastMinutes(plane);
  const [series] = answer.series;
  expect(series).toMatchObject({ requests: 1_000, errors: 40, faults: 10 });
  for (const [found, share] of [
    [series?.p50Ms, 0.5],
    [series?.p95Ms, 0.95],
    [series?.p99Ms, 0.99],
  ] as const) {
    const ratio = (found ?? 0) / (latencies[Math.ceil(share * 1_000) - 1] ?? 0);
    console.log(`quantile ${share}: ${((ratio - 1) * 100).toFixed(1)} % off`);
    expect(Math.abs(Math.log(ratio))).toBeLessThanOrEqual(Math.log(1.12));
  }
  // The report covers a minute; about 16.7 requests a second in each of its steps.
  const measured = (series?.points ?? []).filter((point) => point.requestsPerSecond !== null);
  expect(answer.stepSeconds).toBe(10);
  expect(measured.length).toBeGreaterThanOrEqual(6);
  expect(measured.length).toBeLessThanOrEqual(7);
  for (const point of measured.slice(1, -1)) {
    expect(point.requestsPerSecond).toBeGreaterThan(14);
    expect(point.requestsPerSecond).toBeLessThan(19);
  }
  expect(measured.reduce((sum, point) => sum + (point.errorsPerSecond ?? 0), 0)).toBeGreaterThan(0);
});

test('what was not measured is null, and what was measured as nothing is 0', async () => {
  const plane = await start(await postgres.createDatabase());
  const empty = await lastMinutes(plane);
  expect(empty.series).toHaveLength(1);
  for (const point of empty.series[0]?.points ?? []) {
    expect(point).toMatchObject({ requestsPerSecond: null, errorsPerSecond: null, p50Ms: null, p99Ms: null });
  }
  const gateway = new CountingGateway('idle', 30_000);
  await gateway.send(plane);
  const { series } = await lastMinutes(plane);
  const figures = new Set((series[0]?.points ?? []).map((point) => point.requestsPerSecond));
  expect(figures).toEqual(new Set([null, 0]));
  expect(new Set((series[0]?.points ?? []).map((point) => point.p50Ms))).toEqual(new Set([null]));
  const byGateway = await lastMinutes(plane, { groupBy: 'gateway' });
  expect(byGateway.series).toMatchObject([{ gateway: 'idle', requests: 0 }]);
});

test('series by gateway, route and version, filtered, most requests first', async () => {
  const plane = await start(await postgres.createDatabase());
  const gateways = ['a', 'b'].map((name) => new CountingGateway(name));
  for (const [index, gateway] of gateways.entries()) {
    for (let count = 0; count < 10 * (index + 1); count += 1) gateway.answer({ ...iris, latencyMs: 1 });
    for (let count = 0; count < 5; count += 1) gateway.answer({ route: 'iris', modelId: 'iris@2', latencyMs: 2 });
    gateway.answer({ route: 'mnist', modelId: 'mnist@1', latencyMs: 3 });
    gateway.answer({ route: '', modelId: '', latencyMs: 0.1, outcome: 'error' });
    await gateway.send(plane);
  }
  const names = async (query: Parameters<typeof lastMinutes>[1]) =>
    (await lastMinutes(plane, query)).series.map(({ gateway, route, modelId, requests }) => [
      gateway,
      route,
      modelId,
      requests,
    ]);
  expect(await names({})).toEqual([[null, null, null, 44]]);
  expect(await names({ groupBy: 'gateway' })).toEqual([
    ['b', null, null, 27],
    ['a', null, null, 17],
  ]);
  expect(await names({ groupBy: 'route' })).toEqual([
    [null, 'iris', null, 40],
    [null, '', null, 2],
    [null, 'mnist', null, 2],
  ]);
  expect(await names({ groupBy: 'version', route: 'iris' })).toEqual([
    [null, 'iris', 'iris@1', 30],
    [null, 'iris', 'iris@2', 10],
  ]);
  expect(await names({ groupBy: 'version', route: 'iris', gateway: 'a' })).toEqual([
    [null, 'iris', 'iris@1', 10],
    [null, 'iris', 'iris@2', 5],
  ]);
  expect(await names({ route: 'nobody' })).toEqual([[null, null, null, 0]]);
});

test('a gateway that starts again begins at 0, and one that is not known is asked for all', async () => {
  const plane = await start(await postgres.createDatabase());
  const gateway = new CountingGateway('gateway-1');
  for (let count = 0; count < 50; count += 1) gateway.answer({ ...iris, latencyMs: 1 });
  await gateway.send(plane);
  gateway.restart();
  for (let count = 0; count < 7; count += 1) gateway.answer({ ...iris, latencyMs: 1 });
  await gateway.send(plane);
  expect((await lastMinutes(plane)).series[0]?.requests).toBe(57);

  const other = await start(await postgres.createDatabase());
  gateway.passes(2_000);
  await gateway.send(other);
  expect(gateway.mustTellAll).toBe(true);
  await gateway.send(other);
  expect(gateway.mustTellAll).toBe(false);
  expect((await lastMinutes(other)).series[0]?.requests).toBe(7);
});

test('many failures on our side show in the health score', async () => {
  const plane = await start(await postgres.createDatabase());
  const gateway = new CountingGateway('gateway-1');
  for (let count = 0; count < 100; count += 1) {
    gateway.answer({ ...iris, latencyMs: 1, ...(count < 5 ? { outcome: 'fault' as const } : {}) });
  }
  await gateway.send(plane);
  const { reasons } = await callEndpoint(plane.admin, getOverview);
  expect(reasons).toContainEqual({
    text: '5.0 % of 100 requests of the last 5 minutes failed on our side',
    penalty: 20,
    fix: expect.any(String),
  });
});

test('a report is one transaction without an audit entry, also with 300 variants', async () => {
  const plane = await start(await postgres.createDatabase());
  const gateway = new CountingGateway('gateway-1');
  const audited = (await callEndpoint(plane.admin, listAudit)).items.length;
  let slowestMs = 0;
  for (let round = 0; round < 5; round += 1) {
    for (let variant = 0; variant < 300; variant += 1) {
      for (let latencyMs = 0.3; latencyMs < 20; latencyMs *= 1.5) {
        gateway.answer({ route: `route-${variant}`, modelId: `model-${variant}@1`, latencyMs });
      }
    }
    gateway.passes(2_000);
    const beganMs = performance.now();
    await gateway.send(plane);
    slowestMs = Math.max(slowestMs, performance.now() - beganMs);
  }
  console.log(`a report with 300 variants was taken within ${Math.round(slowestMs)} ms`);
  expect(slowestMs).toBeLessThan(2_000);
  expect((await callEndpoint(plane.admin, listAudit)).items).toHaveLength(audited);
  const { series, seriesOmitted } = await lastMinutes(plane, { groupBy: 'version' });
  expect([series.length, seriesOmitted]).toEqual([50, 250]);
});

test('at most 600 points: the step grows with the range, and a smaller one is refused with the one to use', async () => {
  const plane = await start(await postgres.createDatabase());
  const nowMs = Date.now();
  for (const [rangeMs, stepSeconds] of [
    [15 * minuteMs, 10],
    [hourMs, 10],
    [6 * hourMs, 60],
    [24 * hourMs, 300],
    [7 * 24 * hourMs, 1_800],
    [30 * 24 * hourMs, 7_200],
  ] as const) {
    const answer = await ask(plane, { from: nowMs - rangeMs, to: nowMs });
    expect(answer.stepSeconds).toBe(stepSeconds);
    expect(answer.series[0]?.points.length).toBeLessThanOrEqual(trafficPointsMax);
  }
  await expect(ask(plane, { from: nowMs - 24 * hourMs, to: nowMs, step: 60 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fix: 'use a step of 300 s or more, or leave it out',
  });
  await expect(ask(plane, { from: nowMs, to: nowMs - 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect((await ask(plane, { from: nowMs - minuteMs, to: nowMs, step: 11 })).stepSeconds).toBe(20);
});

/** Hours of traffic of one gateway as folding would have written them: ten requests and one error in each 10 s. */
async function writeHistory(plane: RunningPlane, fromMs: number, toMs: number): Promise<void> {
  const { pg } = plane.control.pool;
  const times = `select t from generate_series(to_timestamp($1 / 1000.0), to_timestamp($2 / 1000.0), '10 s') as t`;
  await pg.query(
    `with series as (
       insert into traffic_series (gateway, route, model_id, started_at_ms, errors, faults, latency)
       values ('gateway-1', 'iris', 'iris@1', 1, 0, 0, '{}') returning id
     ), measured as (
       insert into traffic_measured select 'gateway-1', 10, t, 10000, true from (${times}) as times
     )
     insert into traffic_points select id, 10, t, 10, 1, 0, '{4,6}' from series, (${times}) as times`,
    [fromMs, toMs - 1],
  );
}

async function countRows(plane: RunningPlane): Promise<Record<string, number>> {
  const { rows } = await plane.control.pool.pg.query<{ width_s: number; count: string }>(
    'select width_s, count(*) from traffic_points group by width_s order by width_s',
  );
  return Object.fromEntries(rows.map((row) => [String(row.width_s), Number(row.count)]));
}

test('sums move to wider buckets without loss, and each width is kept for its time', async () => {
  // A whole quarter of an hour, as all of the buckets are.
  const fromMs = Date.UTC(2026, 0, 31, 22, 45);
  const endMs = fromMs + 4 * hourMs;
  // The plane runs the same jobs by itself: by its clock nothing is old before the test says so.
  const clock = new FakeClock(fromMs);
  const plane = await start(await postgres.createDatabase(), { CLUSTER_AI_HISTORY_RETENTION_DAYS: '3' }, clock);
  await writeHistory(plane, fromMs, endMs);
  const jobs = trafficJobs(plane.control.plane);
  const run = async (name: string): Promise<void> =>
    jobs.find((job) => job.name === name)?.run(new AbortController().signal);
  await run('traffic-rollup');
  await run('traffic-rollup');
  expect(await countRows(plane)).toEqual({ '10': 1_440, '60': 240, '900': 16 });

  clock.advance(endMs - fromMs);
  await run('traffic-retention');
  expect(await countRows(plane)).toEqual({ '10': 720, '60': 240, '900': 16 });
  for (const step of [60, 900]) {
    const { series } = await ask(plane, { from: fromMs, to: endMs, step });
    expect(series[0]).toMatchObject({ requests: 14_400, errors: 1_440 });
    for (const point of series[0]?.points ?? []) expect(point).toMatchObject({ requestsPerSecond: 1 });
  }

  clock.advance(48 * hourMs);
  await run('traffic-retention');
  expect(await countRows(plane)).toEqual({ '900': 16 });
  clock.advance(24 * hourMs);
  await run('traffic-retention');
  expect(await countRows(plane)).toEqual({});
  const { rows } = await plane.control.pool.pg.query<{ count: string }>(
    `select (select count(*) from traffic_series) + (select count(*) from traffic_measured) as count`,
  );
  expect(Number(rows[0]?.count)).toBe(0);
});

test('a gateway that counts more than there can be spoils nothing: it is told, and the sums of all go on', async () => {
  const plane = await start(await postgres.createDatabase());
  const liar = new CountingGateway('liar');
  const honest = new CountingGateway('honest');
  const claim = async (requests: number, changes: Partial<SentReport> = {}): Promise<void> => {
    liar.passes(100);
    const report = liar.report();
    const elapsedMs = report.counters?.elapsedMs ?? 0;
    const variants = [{ ...iris, errors: requests, faults: requests, latency: [0, requests] }];
    await liar.send(plane, { ...report, counters: { elapsedMs, complete: true, variants }, ...changes });
  };
  const wrong: readonly [number, Partial<SentReport>, RegExp][] = [
    [2 ** 31, {}, /grew by 2147483648 requests within 10 seconds/],
    [2 ** 53 - 1, {}, /body\.counters\.variants\.0\.errors/],
    [1, { startedAtMs: 1e300 }, /body\.startedAtMs/],
    [1, { startedAtMs: 0.5 }, /body\.startedAtMs/],
    [1, { keyUsage: [{ key: 'k', day: 2 ** 31, requests: 1, lastUsedMs: 1 }] }, /body\.keyUsage\.0\.day/],
  ];
  for (const [requests, changes, message] of wrong) {
    await expect(claim(requests, changes)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
  }
  // Each claim is believed alone; together they are more than a bucket takes.
  for (let round = 1; round <= 12; round += 1) await claim(round * 19_000_000);
  honest.answer({ ...iris, latencyMs: 1 });
  honest.passes(100);
  await honest.send(plane);
  const rollup = trafficJobs(plane.control.plane).find((job) => job.name === 'traffic-rollup');
  for (let round = 0; round < 2; round += 1) await rollup?.run(new AbortController().signal);
  const nowMs = Date.now();
  for (const step of [10, 60, 900]) {
    const { series } = await ask(plane, { from: nowMs - hourMs, to: nowMs + 1_000, step, groupBy: 'gateway' });
    const requests = new Map(series.map((one) => [one.gateway, one.requests]));
    expect(requests.get('honest')).toBe(1);
    // In one bucket, or in two of them when the clock just passed a border.
    expect(requests.get('liar')).toBeLessThanOrEqual(2 * bucketRequestsMax);
  }
});
