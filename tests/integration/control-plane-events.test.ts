import { once } from 'node:events';
import { connect } from 'node:net';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { createKey, revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { setAlias } from '@cluster-ai/contract/api/models.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { getSession } from '@cluster-ai/contract/api/session.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EventsClient } from './control-plane/events-client.ts';
import { pushModel, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { gatewayReport } from './control-plane/gateway-report.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
const planes: RunningPlane[] = [];
const clients: EventsClient[] = [];

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  for (const plane of planes.splice(0)) await plane.remove();
});

afterAll(() => postgres.remove());

async function start(url: string, env: Record<string, string> = {}): Promise<RunningPlane> {
  const plane = await startPlane(url, { env });
  planes.push(plane);
  return plane;
}

function listen(plane: RunningPlane, token?: string): EventsClient {
  const client = new EventsClient(plane, token);
  clients.push(client);
  return client;
}

/** The text of a stream until it ends, or until it holds `wanted`. */
async function readStream(
  plane: RunningPlane,
  headers: Record<string, string>,
  wanted: string,
  search = '',
): Promise<string> {
  const cut = new AbortController();
  const response = await fetch(`${plane.url}/api/v1/events${search}`, { headers, signal: cut.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.includes(wanted)) break;
  }
  cut.abort();
  return text;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a page gets the present state at once, then what changes, made here or by another control plane', async () => {
  const url = await postgres.createDatabase();
  const [one, two] = [await start(url), await start(url)];
  const client = listen(one);
  const firstMs = await client.until('the state', 5_000, () => client.arrived.length >= 2);
  expect(client.arrived.map(({ event }) => event.event)).toEqual(['overview', 'snapshot']);
  const version = client.snapshotVersions[0] ?? 0;

  await pushModel(one, 'adder', [addModel(1)]);
  const hereMs = await client.until('the change', 5_000, () => client.changes.includes('route adder'));
  expect(client.changes).toContain('model adder');
  await client.until('the snapshot', 5_000, () => (client.snapshotVersions.at(-1) ?? 0) > version);

  await callEndpoint(two.admin, setAlias, { params: { name: 'adder', alias: 'champion' }, body: { version: 1 } });
  const before = client.changes.length;
  const thereMs = await client.until('the change of another', 5_000, () => client.changes.length > before);
  expect(client.changes.slice(before)).toEqual(['model adder']);
  console.log(
    `state after ${firstMs} ms, a change after ${hereMs} ms, one of another control plane after ${thereMs} ms`,
  );
  await client.until('the overview', 5_000, () => client.overviews.at(-1)?.models === 1);
});

test('a reconnect is told once of each thing that changed meanwhile, and gets the present state', async () => {
  const plane = await start(await postgres.createDatabase());
  const first = await readStream(plane, {}, 'event: snapshot');
  const id = /^id: (\d+)$/m.exec(first)?.[1] ?? '';
  await pushModel(plane, 'adder', [addModel(1)]);
  await pushModel(plane, 'adder', [addModel(2)]);
  const text = await readStream(plane, { 'last-event-id': id }, '"kind":"route"');
  expect(text).toMatch(/^retry: 1000\n\nevent: overview\n/);
  expect(text).toContain('event: snapshot');
  expect(text.match(/^data: \{"kind".*$/gm)).toEqual([
    'data: {"kind":"model","name":"adder"}',
    'data: {"kind":"route","name":"adder"}',
  ]);
  // An id of another database, and what is no id, count as absent.
  for (const odd of ['999999', 'x', '-1', '1'.repeat(30)]) {
    const answer = await readStream(plane, { 'last-event-id': odd }, 'event: snapshot');
    expect(answer).not.toContain('event: changed');
  }
});

test('a stream that begins at the answer of a session misses nothing since then', async () => {
  const plane = await start(await postgres.createDatabase());
  const { changeId } = await callEndpoint(plane.admin, getSession, {});
  await pushModel(plane, 'adder', [addModel(1)]);
  const text = await readStream(plane, {}, '"kind":"route"', `?after=${changeId}`);
  expect(text).toContain('data: {"kind":"model","name":"adder"}');
  // A browser asks for the same address again, and says how far it has come.
  const { changeId: now } = await callEndpoint(plane.admin, getSession, {});
  const again = await readStream(plane, { 'last-event-id': `${now}` }, 'event: snapshot', `?after=${changeId}`);
  expect(again).not.toContain('event: changed');
  const refused = await fetch(`${plane.url}/api/v1/events?after=x`);
  expect(problemSchema.parse(await refused.json())).toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('the overview comes when it has changed, at most once in update_interval', async () => {
  const plane = await start(await postgres.createDatabase(), { CLUSTER_AI_UPDATE_INTERVAL: '2' });
  const client = listen(plane);
  await client.until('the state', 5_000, () => client.overviews.length === 1);
  await pause(2_500);
  expect(client.overviews).toHaveLength(1);
  const times = (): number[] =>
    client.arrived.filter(({ event }) => event.event === 'overview').map(({ atMs }) => atMs);
  for (let round = 0; times().length < 4 && round < 100; round += 1) {
    const report = gatewayReport({ id: 'a@1', digest: '0'.repeat(64) }, { inFlight: round });
    await callEndpoint(plane.gateway, reportGateway, { body: report });
    await pause(150);
  }
  const gaps = times()
    .slice(2)
    .map((atMs, index) => Math.round(atMs - (times()[index + 1] ?? 0)));
  console.log(`overviews ${gaps.join(', ')} ms apart`);
  expect(gaps).toHaveLength(2);
  // They leave two seconds apart; on the way one may be held up.
  for (const gap of gaps) expect(gap).toBeGreaterThan(1_000);
});

test('a stream ends within two seconds of the revocation of the key that opened it', async () => {
  const plane = await start(await postgres.createDatabase());
  const { key, secret } = await callEndpoint(plane.admin, createKey, { body: { name: 'wall', actions: ['read'] } });
  const client = listen(plane, secret);
  const other = listen(plane, plane.admin.token);
  await client.until('open', 5_000, () => client.overviews.length === 1);
  await callEndpoint(plane.admin, revokeKey, { params: { id: key.id } });
  const tookMs = await client.until('the end', 10_000, () => client.states.at(-1)?.state === 'waiting');
  console.log(`the stream ended ${tookMs} ms after the revocation`);
  expect(tookMs).toBeLessThan(2_000);
  await client.until('refused', 10_000, () => client.states.at(-1)?.state === 'refused');
  expect(other.states.at(-1)).toEqual({ state: 'open' });
});

test('without a credential from elsewhere, and with a wrong one, there is no stream', async () => {
  const plane = await start(await postgres.createDatabase());
  const answer = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`${plane.url}/api/v1/events`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  expect(await answer({ 'x-forwarded-for': '10.0.0.1' })).toBe(401);
  expect(await answer({ authorization: 'Bearer somebody-else-entirely' })).toBe(401);
  expect(await answer({ authorization: `Bearer ${plane.gateway.token}` })).toBe(403);
  const head = await fetch(`${plane.url}/api/v1/events`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(plane.control.plane.events.streams).toBe(0);
});

test('one caller has at most 32 streams, and one that leaves makes room', async () => {
  const plane = await start(await postgres.createDatabase());
  const cuts = Array.from({ length: 32 }, () => new AbortController());
  const open = async (signal?: AbortSignal): Promise<Response> =>
    fetch(`${plane.url}/api/v1/events`, signal === undefined ? {} : { signal });
  for (const { signal } of cuts) expect((await open(signal)).status).toBe(200);
  const refused = await open();
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(problemSchema.parse(await refused.json())).toMatchObject({
    code: 'OVERLOADED',
    detail: 'there are too many event streams: the limit is 32 of one caller',
  });
  for (const cut of cuts) cut.abort();
  await expect.poll(() => plane.control.plane.events.streams, { timeout: 5_000 }).toBe(0);
  const client = listen(plane);
  await client.until('room', 5_000, () => client.overviews.length === 1);
});

test('streams tell of a database that is away and go on when it is back; a stop ends them in order', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  const client = listen(plane);
  await client.until('the state', 5_000, () => client.overviews.length === 1);
  await postgres.kill();
  await client.until('the bad news', 15_000, () =>
    (client.overviews.at(-1)?.reasons ?? []).some(({ text }) => text.includes('database cannot be reached')),
  );
  await postgres.start();
  await expect.poll(async () => (await fetch(`${plane.url}/readyz`)).status, { timeout: 20_000 }).toBe(200);
  await pushModel(plane, 'late', [addModel(1)]);
  await client.until('what came after', 10_000, () => client.changes.includes('model late'));
  expect(client.states).toEqual([{ state: 'connecting' }, { state: 'open' }]);
  // Browsers open connections ahead of need.
  const unused = connect(Number(new URL(plane.url).port), '127.0.0.1');
  await once(unused, 'connect');
  const beganMs = performance.now();
  await plane.remove();
  console.log(`stopped ${Math.round(performance.now() - beganMs)} ms after it was asked to, with a stream open`);
  expect(performance.now() - beganMs).toBeLessThan(3_000);
  await client.until('the end', 2_000, () => client.states[2]?.state === 'waiting');
  expect(client.states[2]).toMatchObject({ error: { message: 'the stream of events has ended' } });
});
