import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot, reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import { writeTransaction } from '@cluster-ai/platform/postgres/transaction.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushModel, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { gatewayReport } from './control-plane/gateway-report.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterAll(() => postgres.remove());

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what: string, limitMs: number, holds: () => Promise<boolean>): Promise<number> {
  const beganMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - beganMs > limitMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await pause(20);
  }
  return Math.round(performance.now() - beganMs);
}

async function status(plane: RunningPlane, path: string): Promise<number> {
  return (await fetch(`${plane.url}${path}`)).status;
}

interface Acknowledged {
  readonly route: string;
  readonly revision: number;
  readonly snapshotVersion: number;
}

/** Changes one route again and again until told to stop; a failed change is counted and not repeated. */
async function write(
  plane: RunningPlane,
  route: string,
  ledger: Acknowledged[],
  failures: unknown[],
  stopped: () => boolean,
) {
  for (let turn = 1; !stopped(); turn += 1) {
    const variants = [
      { model: 'adder', version: 1, weight: turn },
      { model: 'adder', version: 2, weight: 1 },
    ];
    try {
      const answer = await callEndpoint(plane.admin, routes.putRoute, {
        params: { name: route },
        body: { policy: { kind: 'split', variants } },
      });
      ledger.push({ route, revision: answer.revision, snapshotVersion: answer.snapshotVersion });
    } catch (error) {
      failures.push(error);
      await pause(20);
    }
  }
}

test('PostgreSQL is killed in the middle of writes: clear answers, no crash, recovery by itself, nothing acknowledged is lost', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  try {
    await pushModel(plane, 'adder', [addModel(1)]);
    await pushModel(plane, 'adder', [addModel(2)]);
    const ledger: Acknowledged[] = [];
    const failures: unknown[] = [];
    let stop = false;
    const writers = ['a', 'b', 'c', 'd'].map((route) => write(plane, route, ledger, failures, () => stop));
    await until('the first 40 writes', 30_000, async () => ledger.length >= 40);

    await postgres.kill();
    const beganMs = performance.now();
    const answer = await fetch(`${plane.url}/api/v1/routes`);
    const tookMs = Math.round(performance.now() - beganMs);
    console.log(`a read was answered ${tookMs} ms after the kill`);
    expect(tookMs).toBeLessThan(5_000);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(problemSchema.parse(await answer.json())).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await status(plane, '/livez')).toBe(200);
    expect(await status(plane, '/readyz')).toBe(503);
    await until('writes are refused', 5_000, async () => failures.length >= 4);
    const acknowledgedBefore = ledger.length;

    await postgres.start();
    const recoveredMs = await until('ready again', 20_000, async () => (await status(plane, '/readyz')) === 200);
    console.log(`ready ${recoveredMs} ms after PostgreSQL was started again`);
    await until('writes work again', 20_000, async () => ledger.length >= acknowledgedBefore + 20);
    stop = true;
    await Promise.all(writers);

    for (const error of failures) expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    for (const route of ['a', 'b', 'c', 'd']) {
      const kept = await callEndpoint(plane.admin, routes.listRouteRevisions, {
        params: { name: route },
        query: { limit: 500 },
      });
      const revisions = new Set(kept.items.map((item) => item.revision));
      const lost = ledger.filter((entry) => entry.route === route && !revisions.has(entry.revision));
      expect(lost).toEqual([]);
    }
    const versions = ledger.map((entry) => entry.snapshotVersion);
    expect(new Set(versions).size).toBe(versions.length);
    console.log(`${ledger.length} writes acknowledged, ${failures.length} refused, none lost`);
  } finally {
    await plane.remove();
  }
});

test('the program starts while the database is away, says so, and begins when it comes', async () => {
  const url = await postgres.createDatabase();
  await postgres.stop();
  const plane = await startPlane(url, { waitForDatabase: false });
  try {
    expect(await status(plane, '/livez')).toBe(200);
    const ready = await fetch(`${plane.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      ready: false,
      reasons: ['the database has not been reached, or is being prepared'],
    });
    await expect(callEndpoint(plane.admin, models.listModels)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect(callEndpoint(plane.gateway, pollSnapshot, { query: { waitMs: 100 } })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    await postgres.start();
    await until('ready', 20_000, async () => (await status(plane, '/readyz')) === 200);
    expect(await pushModel(plane, 'late', [addModel(1)])).toMatchObject({ deployed: true });
  } finally {
    await plane.remove();
  }
});

test('a long poll survives the absence of the database, and the overview tells of it', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  try {
    const pushed = await pushModel(plane, 'adder', [addModel(1)]);
    await callEndpoint(plane.gateway, reportGateway, {
      body: gatewayReport({ id: 'adder@1', digest: pushed.version.digest }),
    });
    const { epoch, version } = (await callEndpoint(plane.admin, getOverview)).snapshot;
    const poll = callEndpoint(plane.gateway, pollSnapshot, { query: { epoch, version, waitMs: 20_000 } });
    await pause(200);
    await postgres.kill();
    expect(await callEndpoint(plane.admin, getOverview)).toMatchObject({
      health: 'degraded',
      score: 70,
      reasons: [{ text: expect.stringContaining('the database cannot be reached'), penalty: 30 }],
      snapshot: { version },
      models: 1,
      gateways: [{ gateway: 'gateway-1', connected: true }],
    });
    await postgres.start();
    await until('ready again', 20_000, async () => (await status(plane, '/readyz')) === 200);
    const next = await pushModel(plane, 'adder', [addModel(2)]);
    expect(JSON.parse((await poll).snapshot?.text ?? '{}')).toMatchObject({ version: next.snapshotVersion });
  } finally {
    await plane.remove();
  }
});

test('a commit that fails gives its connection back', async () => {
  const pool = openTestPool(await postgres.createDatabase(), { connectionsMax: 1, statementTimeoutMs: 5_000 });
  try {
    await pool.pg.query('create table words (word text unique deferrable initially deferred)');
    const database = pool.kysely<{ words: { word: string } }>();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const failing = writeTransaction(database, { statementTimeoutMs: 5_000 }, (query) =>
        query
          .insertInto('words')
          .values([{ word: 'twice' }, { word: 'twice' }])
          .execute(),
      );
      await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  } finally {
    await pool.close();
  }
});

test('a change that fails leaves no trace: no audit entry, no snapshot, no half of it', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  try {
    await pushModel(plane, 'adder', [addModel(1)]);
    const before = {
      audit: (await callEndpoint(plane.admin, listAudit)).items,
      snapshot: (await callEndpoint(plane.gateway, pollSnapshot)).snapshot,
    };
    const failing = plane.control.plane.store.change({ actor: 'test', requestId: 'failing' }, async (change) => {
      await change.query.deleteFrom('routes').execute();
      change.record('route.delete', 'adder');
      throw new ClusterError('CONFLICT', 'at the last moment');
    });
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' });
    const silent = await plane.control.plane.store.change({ actor: 'test', requestId: 'silent' }, async (change) => {
      await change.query.deleteFrom('routes').execute();
      return 'nothing recorded';
    });
    expect(silent.value).toBe('nothing recorded');
    expect((await callEndpoint(plane.admin, listAudit)).items).toEqual(before.audit);
    expect((await callEndpoint(plane.gateway, pollSnapshot)).snapshot).toEqual(before.snapshot);
    expect((await callEndpoint(plane.admin, routes.listRoutes)).items).toHaveLength(1);
  } finally {
    await plane.remove();
  }
});

test('every change has its audit entry, under the request id of the caller', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  try {
    await pushModel(plane, 'adder', [addModel(1)]);
    const answer = await fetch(`${plane.url}/api/v1/models/adder/aliases/champion`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${plane.admin.token}`,
        'content-type': 'application/json',
        'x-request-id': 'my-own-id',
      },
      body: '{"version":1}',
    });
    expect(answer.headers.get('x-request-id')).toBe('my-own-id');
    const entries = (await callEndpoint(plane.admin, listAudit)).items;
    expect(entries[0]).toMatchObject({
      actor: 'admin-token',
      action: 'alias.set',
      target: 'adder',
      detail: { alias: 'champion', version: 1 },
      requestId: 'my-own-id',
    });
    expect(entries.map((entry) => entry.action)).toEqual([
      'alias.set',
      'route.create',
      'version.create',
      'model.create',
      'upload.create',
      'issuer.create',
      'key.create',
    ]);
    const page = await callEndpoint(plane.admin, listAudit, { query: { limit: 2 } });
    const rest = await callEndpoint(plane.admin, listAudit, { query: { cursor: page.next ?? '' } });
    expect([...page.items, ...rest.items]).toEqual(entries);
  } finally {
    await plane.remove();
  }
});
