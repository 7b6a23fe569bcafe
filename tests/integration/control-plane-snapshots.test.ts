import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pushModel, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
const planes: RunningPlane[] = [];

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.remove();
});

afterAll(() => postgres.remove());

async function start(...options: Parameters<typeof startPlane>): Promise<RunningPlane> {
  const plane = await startPlane(...options);
  planes.push(plane);
  return plane;
}

interface Known {
  readonly epoch?: string;
  readonly version?: number;
  readonly waitMs?: number;
}

/** The next snapshot after the known one; null when there was none in time. */
async function poll(plane: RunningPlane, known: Known = {}) {
  const { snapshot } = await callEndpoint(plane.gateway, pollSnapshot, { query: known });
  return snapshot === null ? null : snapshotSchema.parse(JSON.parse(snapshot.text));
}

test('a poll is answered at once for another version or epoch, and with null after the wait for the same', async () => {
  const plane = await start(await postgres.createDatabase());
  const first = await poll(plane);
  expect(first).toMatchObject({ formatVersion: 2, version: 1, models: [], routes: [] });
  const { epoch, version } = first ?? { epoch: '', version: 0 };
  expect(await poll(plane, { epoch: '00000000-0000-0000-0000-000000000000', version, waitMs: 5_000 })).toEqual(first);
  expect(await poll(plane, { epoch, version: version + 5, waitMs: 5_000 })).toEqual(first);
  const beganMs = performance.now();
  expect(await poll(plane, { epoch, version, waitMs: 1_000 })).toBeNull();
  expect(performance.now() - beganMs).toBeGreaterThan(950);
});

test('a change wakes every poll: on this control plane at once, on another one within its look at the database', async () => {
  const url = await postgres.createDatabase();
  const one = await start(url);
  const two = await start(url);
  const { epoch, version } = (await poll(one)) ?? { epoch: '', version: 0 };
  const here = [1, 2, 3].map(() => poll(one, { epoch, version, waitMs: 20_000 }));
  const there = poll(two, { epoch, version, waitMs: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const pushed = await pushModel(one, 'adder', [addModel(1)]);
  const beganMs = performance.now();
  for (const answer of await Promise.all(here)) expect(answer?.version).toBe(pushed.snapshotVersion);
  const hereMs = Math.round(performance.now() - beganMs);
  expect((await there)?.version).toBe(pushed.snapshotVersion);
  const thereMs = Math.round(performance.now() - beganMs);
  console.log(`polls answered after ${hereMs} ms here, ${thereMs} ms on the other control plane`);
  expect(hereMs).toBeLessThan(1_000);
  expect(thereMs).toBeLessThan(5_000);
});

test('a control plane that stops answers every poll with null', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  const { epoch, version } = (await poll(plane)) ?? { epoch: '', version: 0 };
  const waiting = poll(plane, { epoch, version, waitMs: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const beganMs = performance.now();
  const removed = plane.remove();
  expect(await waiting).toBeNull();
  await removed;
  const tookMs = Math.round(performance.now() - beganMs);
  console.log(`stopped after ${tookMs} ms with a poll open`);
  expect(tookMs).toBeLessThan(5_000);
});

test('another admin token is in a new snapshot; the same one changes nothing', async () => {
  const url = await postgres.createDatabase();
  const first = await startPlane(url);
  const before = await poll(first);
  await first.stop();
  const same = await startPlane(url, { home: first.home });
  expect(await poll(same)).toEqual(before);
  await same.stop();

  const token = 'another-admin-token-0123456789';
  const changed = await start(url, { home: first.home, adminToken: token });
  const after = await poll(changed);
  expect(after?.version).toBe((before?.version ?? 0) + 1);
  expect(after?.epoch).toBe(before?.epoch);
  expect(after?.keys.map((key) => key.sha256)).toEqual([sha256(token)]);
  expect((await callEndpoint(changed.admin, listAudit)).items[0]).toMatchObject({
    action: 'key.change',
    actor: 'system',
  });
});

test('each database has its own epoch', async () => {
  const one = await start(await postgres.createDatabase());
  const two = await start(await postgres.createDatabase());
  expect((await poll(one))?.epoch).not.toBe((await poll(two))?.epoch);
});
