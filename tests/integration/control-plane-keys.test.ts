import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as fleet from '@cluster-ai/contract/api/fleet.ts';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import * as system from '@cluster-ai/contract/api/system.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { snapshotSchema, type Snapshot } from '@cluster-ai/contract/snapshot.ts';
import { keyJobs } from '@cluster-ai/control-plane/features/keys/jobs.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayReport } from './control-plane/gateway-report.ts';
import { announce, pushModel, sha256, startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
let plane: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  await pushModel(plane, 'adder', [addModel(1)]);
  await pushModel(plane, 'other', [addModel(2)]);
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

type Wish = Partial<keys.NewKey>;

const as = (token: string) => ({ ...plane.admin, token });

async function make(wish: Wish = {}, by = plane.admin.token) {
  return callEndpoint(as(by), keys.createKey, { body: { name: 'test', ...wish } });
}

async function presentSnapshot(): Promise<Snapshot> {
  const { snapshot } = await callEndpoint(plane.gateway, fleet.pollSnapshot, { query: {} });
  return snapshotSchema.parse(JSON.parse(snapshot?.text ?? ''));
}

/** A person of this role, and a key of theirs with these actions. */
async function personWithKey(role: string, actions: ('infer' | 'read' | 'operate' | 'admin')[]) {
  const { key, secret } = await make({ actions });
  const { rows } = await plane.control.pool.pg.query<{ id: string }>(
    'insert into users (email, role, created_at, created_by, sessions_valid_from) values ($1, $2, now(), $3, now()) returning id',
    [`${key.id}@example.test`, role, 'test'],
  );
  const id = rows[0]?.id ?? '';
  await plane.control.pool.pg.query('update access_keys set owner_id = $1 where id = $2', [id, key.id]);
  return { id, secret, keyId: key.id };
}

describe('making and revoking', () => {
  test('a key is shown once, stands in the next snapshot, and is in the database as a hash alone', async () => {
    const wish = { models: ['adder', 'team-*'], ratePerSecond: 2.5, burst: 5, dailyQuota: 1_000 };
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { key, secret, snapshotVersion } = await make({ ...wish, expiresAt });
    expect(secret).toMatch(/^cai_[A-Za-z0-9_-]{49}$/);
    expect(key).toMatchObject({
      ...wish,
      expiresAt,
      name: 'test',
      prefix: secret.slice(0, 10),
      state: 'active',
      actions: ['infer', 'read'],
      createdBy: 'admin-token',
      ownerId: null,
      lastUsedAt: null,
      usedToday: 0,
    });
    const snapshot = await presentSnapshot();
    expect(snapshot).toMatchObject({ formatVersion: 2, version: snapshotVersion });
    expect(snapshot.keys).toContainEqual({
      ...wish,
      id: key.id,
      sha256: sha256(secret),
      actions: ['infer', 'read'],
      expiresAtMs: new Date(expiresAt).getTime(),
    });
    expect(await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).toEqual(key);
    const { rows } = await plane.control.pool.pg.query<{ text: string }>(
      `select string_agg(row_to_json(everything)::text, ' ') as text from (
         select to_jsonb(k) from access_keys k union all select to_jsonb(a) from audit_entries a
         union all select to_jsonb(s) from snapshots s) as everything`,
    );
    expect(rows[0]?.text).toContain(key.prefix);
    expect(rows[0]?.text).not.toContain(secret);
    expect(plane.log.join('')).not.toContain(secret);
  });

  test('revoking makes a snapshot without it at once, is audited, and may be repeated', async () => {
    const { key, secret } = await make({ actions: ['read'] });
    expect(await callEndpoint(as(secret), system.whoAmI)).toEqual({ actor: `key:${key.id}` });
    const revoked = await callEndpoint(plane.admin, keys.revokeKey, { params: { id: key.id } });
    expect(revoked.key).toMatchObject({ id: key.id, state: 'revoked', revokedAt: expect.any(String) });
    const snapshot = await presentSnapshot();
    expect(snapshot.version).toBe(revoked.snapshotVersion);
    expect(snapshot.keys.map(({ id }) => id)).not.toContain(key.id);
    await expect(callEndpoint(as(secret), system.whoAmI)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await callEndpoint(plane.admin, keys.revokeKey, { params: { id: key.id } });
    // Its use above may be noted in between.
    expect(again).toEqual({ ...revoked, key: { ...revoked.key, lastUsedAt: again.key.lastUsedAt } });
    const { items } = await callEndpoint(plane.admin, listAudit, { query: { limit: 2 } });
    expect(items).toMatchObject([
      { action: 'key.revoke', target: key.id, actor: 'admin-token' },
      { action: 'key.create', target: key.id, detail: { name: 'test', prefix: key.prefix, actions: ['read'] } },
    ]);
  });

  test('an expired key is nobody', async () => {
    const { key, secret } = await make({
      actions: ['read'],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await plane.control.pool.pg.query(`update access_keys set expires_at = now() - interval '1 second' where id = $1`, [
      key.id,
    ]);
    await expect(callEndpoint(as(secret), system.whoAmI)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).toMatchObject({
      state: 'expired',
    });
  });

  test('the admin token has no row in the list, and cannot be revoked as a key', async () => {
    const { items } = await callEndpoint(plane.admin, keys.listKeys, { query: { limit: 500 } });
    expect(items.map(({ id }) => id)).not.toContain('admin');
    await expect(callEndpoint(plane.admin, keys.revokeKey, { params: { id: 'admin' } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await presentSnapshot()).keys.map(({ id }) => id)).toContain('admin');
  });

  test.each<[string, Wish, string]>([
    ['a burst without a rate', { burst: 3 }, 'there is no rate'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00.000Z' }, 'has passed'],
    ['no action', { actions: [] }, 'actions'],
    ['a rate of nothing', { ratePerSecond: 0 }, 'ratePerSecond'],
    ['a model that is no name', { models: ['a/b'] }, 'models'],
  ])('%s is refused with the reason', async (_what, wish, reason) => {
    await expect(make(wish)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(reason),
    });
  });
});

describe('what a key may do in the control API', () => {
  test('the role of its actions', async () => {
    const call = { read: models.listModels, operate: keys.listKeys, admin: listAudit } as const;
    const order = ['infer', 'read', 'operate', 'admin'] as const;
    for (const [rank, action] of order.entries()) {
      const { secret } = await make({ actions: [action] });
      for (const [needed, target] of Object.entries(call)) {
        const allowed = rank >= order.findIndex((other) => other === needed);
        const outcome = await callEndpoint(as(secret), target)
          .then(() => 'allowed')
          .catch((error: unknown) => (error instanceof ClusterError ? error.code : String(error)));
        expect([action, needed, outcome]).toEqual([action, needed, allowed ? 'allowed' : 'PERMISSION_DENIED']);
      }
    }
  });

  test('a key for some models may call what names them, and nothing else', async () => {
    const { secret } = await make({ actions: ['operate'], models: ['adder', 'mine-*'] });
    const own = as(secret);
    expect((await callEndpoint(own, models.getModel, { params: { name: 'adder' } })).name).toBe('adder');
    const policy = { kind: 'latest' as const, model: 'adder' };
    await callEndpoint(own, routes.putRoute, { params: { name: 'mine-1' }, body: { policy } });
    expect(await callEndpoint(own, system.whoAmI)).toMatchObject({ actor: expect.stringContaining('key:') });
    const denied = (message: string) => ({ code: 'PERMISSION_DENIED', message: expect.stringContaining(message) });
    await expect(callEndpoint(own, models.getModel, { params: { name: 'other' } })).rejects.toMatchObject(
      denied('this key is for adder, mine-* alone, and this call names "other"'),
    );
    await expect(
      callEndpoint(own, routes.putRoute, {
        params: { name: 'mine-1' },
        body: { policy: { kind: 'latest', model: 'other' } },
      }),
    ).rejects.toMatchObject(denied('names "other"'));
    for (const target of [models.listModels, routes.listRoutes, system.getOverview, keys.listKeys]) {
      await expect(callEndpoint(own, target)).rejects.toMatchObject(denied('names no model or route'));
    }
  });

  test('a key for some models may push those, and sees no upload of others', async () => {
    const { secret } = await make({ actions: ['operate'], models: ['adder'] });
    const own = as(secret);
    const pushed = await pushModel({ ...plane, admin: own }, 'adder', [addModel(7)]);
    expect(pushed).toMatchObject({ model: 'adder', deployed: true });
    const body = { model: 'other', files: announce([addModel(8)]) };
    await expect(callEndpoint(own, uploads.createUpload, { body })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('names "other"'),
    });
    const params = { id: (await callEndpoint(plane.admin, uploads.createUpload, { body })).id };
    for (const target of [uploads.getUpload, uploads.commitUpload]) {
      await expect(callEndpoint(own, target, { params })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  test.each<[string, Wish, Wish, string]>([
    ['an action that it lacks', { actions: ['operate'] }, { actions: ['infer'] }, 'cannot give a key the action infer'],
    ['a higher action', { actions: ['operate'] }, { actions: ['admin'] }, 'the action admin'],
    ['other models', { actions: ['operate', 'infer'], models: ['a*'] }, { models: ['a1', 'b'] }, 'names "b"'],
    ['every model', { actions: ['operate', 'infer'], models: ['a*'] }, {}, 'names no model'],
    [
      'a longer life',
      { actions: ['operate'], expiresAt: '2999-01-01T00:00:00.000Z' },
      { actions: ['read'] },
      'a longer life: its own ends at 2999-01-01',
    ],
    [
      'anything, when it has limits',
      { actions: ['operate'], dailyQuota: 5 },
      { actions: ['read'] },
      'cannot make keys',
    ],
  ])('it cannot make a key with %s', async (_what, own, wished, reason) => {
    const { secret } = await make(own);
    await expect(make(wished, secret)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(reason),
    });
  });

  test('it can make one with no more than its own', async () => {
    const parent = await make({ actions: ['operate', 'infer'], models: ['a*'] });
    const child = await make({ actions: ['infer', 'read'], models: ['ab', 'ac*'] }, parent.secret);
    expect(child.key).toMatchObject({ createdBy: `key:${parent.key.id}`, models: ['ab', 'ac*'] });
  });

  test('its last use is noted to the minute', async () => {
    const { key, secret } = await make({ actions: ['read'] });
    await callEndpoint(as(secret), system.whoAmI);
    await expect
      .poll(async () => (await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).lastUsedAt, {
        timeout: 5_000,
      })
      .toMatch(/T\d\d:\d\d:00\.000Z$/);
  });
});

describe('the person behind a key', () => {
  test('it does no more than they may now, here and on gateways', async () => {
    const { id, secret, keyId } = await personWithKey('admin', ['infer', 'admin']);
    const actionsOnGateways = async () => {
      // Any change makes gateways see the present state.
      await make();
      return (await presentSnapshot()).keys.find((key) => key.id === keyId)?.actions;
    };
    await callEndpoint(as(secret), listAudit);
    expect(await actionsOnGateways()).toEqual(['infer', 'admin']);
    await plane.control.pool.pg.query(`update users set role = 'operator' where id = $1`, [id]);
    await expect(callEndpoint(as(secret), listAudit)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await actionsOnGateways()).toEqual(['infer']);
    await plane.control.pool.pg.query('update users set disabled = true where id = $1', [id]);
    await expect(callEndpoint(as(secret), system.whoAmI)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await actionsOnGateways()).toBeUndefined();
    await plane.control.pool.pg.query('delete from users where id = $1', [id]);
    await expect(callEndpoint(as(secret), system.whoAmI)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await actionsOnGateways()).toBeUndefined();
  });

  test('operators see, list and revoke their own alone; administrators all', async () => {
    const mine = await personWithKey('operator', ['operate']);
    const theirs = await personWithKey('operator', ['operate']);
    const own = await callEndpoint(as(mine.secret), keys.listKeys);
    expect(own).toMatchObject({ total: 1, items: [{ id: mine.keyId }] });
    for (const target of [keys.getKey, keys.revokeKey]) {
      await expect(callEndpoint(as(mine.secret), target, { params: { id: theirs.keyId } })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    const child = await make({ actions: ['read'] }, mine.secret);
    expect(child.key.ownerId).toBe(mine.id);
    await callEndpoint(as(mine.secret), keys.revokeKey, { params: { id: child.key.id } });
    const all = await callEndpoint(plane.admin, keys.listKeys, { query: { limit: 500 } });
    const ids = all.items.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([mine.keyId, theirs.keyId, child.key.id]));
  });
});

test('the list is filtered, sorted and paged', async () => {
  const { key } = await make({ name: 'needle in a list', actions: ['infer'], models: ['needle-*'] });
  const find = async (filter: string) => {
    const { items } = await callEndpoint(plane.admin, keys.listKeys, { query: { filter, limit: 500 } });
    return items.map(({ id }) => id);
  };
  for (const filter of ['needle', 'model=needle-*', 'model~eedle', `prefix=${key.prefix}`, 'name="needle in a list"']) {
    expect([filter, await find(filter)]).toEqual([filter, [key.id]]);
  }
  expect(await find('state=active action=infer model!=""')).toContain(key.id);
  for (const filter of ['state=revoked', 'action=admin', 'model=""', 'usedToday>0', 'lastUsedAt!=""']) {
    expect(await find(filter)).not.toContain(key.id);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await callEndpoint(plane.admin, keys.listKeys, { query: { sort: 'usedToday', limit: 3, cursor } });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBe((await callEndpoint(plane.admin, keys.listKeys)).total);
});

describe('what gateways report', () => {
  const day = Math.floor(Date.now() / 86_400_000);

  async function report(gateway: string, startedAtMs: number, key: string, requests: number, onDay = day) {
    const { keyUsage } = await callEndpoint(plane.gateway, fleet.reportGateway, {
      body: {
        ...gatewayReport({ id: 'x@1', digest: 'd' }, { gateway, startedAtMs }),
        keyUsage: [{ key, day: onDay, requests, lastUsedMs: Date.now() }],
      },
    });
    return keyUsage?.used[key];
  }

  test('adds up over gateways and their restarts, however often a number is told', async () => {
    const { key } = await make({ dailyQuota: 100 });
    expect(await report('g1', 1_000, key.id, 5)).toBe(5);
    expect(await report('g1', 1_000, key.id, 5)).toBe(5);
    expect(await report('g1', 1_000, key.id, 8)).toBe(8);
    expect(await report('g1', 1_000, key.id, 7)).toBe(8);
    expect(await report('g2', 1_000, key.id, 10)).toBe(18);
    expect(await report('g1', 2_000, key.id, 1)).toBe(19);
    const shown = await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } });
    expect(shown).toMatchObject({ usedToday: 19, lastUsedAt: expect.stringMatching(/:00\.000Z$/) });
    const { items } = await callEndpoint(plane.admin, keys.listKeys, { query: { filter: 'usedToday>18' } });
    expect(items.map(({ id }) => id)).toEqual([key.id]);
  });

  test('of another day is not today’s, and goes after a while', async () => {
    const { key } = await make({ dailyQuota: 100 });
    expect(await report('g1', 1, key.id, 50, day - 1)).toBeUndefined();
    await report('g1', 1, key.id, 50, day - 2);
    expect(await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).toMatchObject({ usedToday: 0 });
    const { rows } = await plane.control.pool.pg.query('select day from key_usage where key_id = $1', [key.id]);
    expect(rows).toEqual([{ day: day - 1 }]);
  });

  test('of today stays, also when the clock of the control plane is days ahead', async () => {
    const { key } = await make({ dailyQuota: 100 });
    await report('g1', 1, key.id, 50);
    const inner = plane.control.plane;
    const ahead = { ...inner, clock: { ...inner.clock, wallMs: () => Date.now() + 5 * 86_400_000 } };
    for (const job of keyJobs(ahead)) await job.run(AbortSignal.timeout(10_000));
    expect(await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).toMatchObject({ usedToday: 50 });
  });

  test('of keys that nobody knows is left out, and totals are told of keys with a quota alone', async () => {
    expect(await report('g1', 1, 'nobody', 5)).toBeUndefined();
    const { key } = await make();
    expect(await report('g1', 1, key.id, 5)).toBeUndefined();
    expect(await callEndpoint(plane.admin, keys.getKey, { params: { id: key.id } })).toMatchObject({ usedToday: 5 });
  });
});
