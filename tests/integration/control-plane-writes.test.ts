import { randomUUID } from 'node:crypto';
import { callEndpoint, callWithTag } from '@cluster-ai/contract/api/client.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { announce, pushModel, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
let plane: RunningPlane;
let second: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
  const databaseUrl = await postgres.createDatabase();
  plane = await startPlane(databaseUrl);
  second = await startPlane(databaseUrl);
  for (const part of [1, 2]) await pushModel(plane, 'adder', [addModel(part)]);
});

afterAll(async () => {
  await second.remove();
  await plane.remove();
  await postgres.remove();
});

const createUploadOf = (model: string) => ({ model, files: announce([addModel(9)]) });

async function timesDone(action: string, target: string): Promise<number> {
  const query = { filter: `action=${action} target=${target}` };
  return (await callEndpoint(plane.admin, listAudit, { query })).total;
}

describe('a write with an Idempotency-Key', () => {
  test('is done once and answered as the first time, by whichever control plane', async () => {
    const input = { body: createUploadOf('once'), idempotencyKey: randomUUID() };
    const first = await callWithTag(plane.admin, uploads.createUpload, input);
    expect(first?.replayed).toBe(false);
    for (const each of [plane, second]) {
      expect(await callWithTag(each.admin, uploads.createUpload, input)).toEqual({ ...first, replayed: true });
    }
    expect(await timesDone('upload.create', 'once')).toBe(1);
    const other = await callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('once') });
    expect(other.id).not.toBe(first?.answer.id);
  });

  test('keeps its ETag, and is answered as then although the state has moved on', async () => {
    const params = { name: 'tagged' };
    const put = (weight: number, idempotencyKey?: string) => {
      const policy = { kind: 'split' as const, variants: [{ model: 'adder', version: 1, weight }] };
      return callWithTag(plane.admin, routes.putRoute, { params, body: { policy }, idempotencyKey });
    };
    const key = randomUUID();
    const first = await put(1, key);
    expect(first?.etag).toMatch(/^"1-/);
    await put(2);
    expect(await put(1, key)).toEqual({ ...first, replayed: true });
    expect((await callEndpoint(plane.admin, routes.getRoute, { params })).revision).toBe(2);
  });

  test('is refused with another body, and is free for another caller', async () => {
    const idempotencyKey = randomUUID();
    await callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('mine'), idempotencyKey });
    await expect(
      callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('other'), idempotencyKey }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', message: expect.stringContaining('createUpload') });
    const { secret } = await callEndpoint(plane.admin, keys.createKey, { body: { name: 'ci', actions: ['operate'] } });
    const robot = { ...plane.admin, token: secret };
    const theirs = await callWithTag(robot, uploads.createUpload, { body: createUploadOf('mine'), idempotencyKey });
    expect(theirs?.replayed).toBe(false);
  });

  test('leaves no secret behind: the repetition says that it was done', async () => {
    const input = { body: { name: 'secretive', actions: ['infer' as const] }, idempotencyKey: randomUUID() };
    const { secret } = await callEndpoint(plane.admin, keys.createKey, input);
    await expect(callEndpoint(second.admin, keys.createKey, input)).rejects.toMatchObject({
      code: 'ALREADY_DONE',
      message: expect.stringContaining('held a secret, which is shown once'),
    });
    const listed = await callEndpoint(plane.admin, keys.listKeys, { query: { filter: 'name=secretive' } });
    expect(listed.total).toBe(1);
    const { rows } = await plane.control.pool.pg.query<{ text: string }>(
      'select k::text as text from idempotency_keys k',
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.filter(({ text }) => text.includes(secret))).toEqual([]);
  });

  test('that failed, or changed nothing, is done anew or answered alike', async () => {
    const failing = { params: { name: 'later' }, idempotencyKey: randomUUID() };
    await expect(callEndpoint(plane.admin, routes.rollbackRoute, failing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const variants = [{ model: 'adder', version: 1, weight: 1 }];
    for (const weight of [1, 2]) {
      const policy = { kind: 'split' as const, variants: [{ model: 'adder', version: weight, weight }] };
      await callEndpoint(plane.admin, routes.putRoute, { params: { name: 'later' }, body: { policy } });
    }
    expect((await callWithTag(plane.admin, routes.rollbackRoute, failing))?.answer).toMatchObject({ variants });

    const nothing = { params: { name: 'adder' }, body: { description: '' }, idempotencyKey: randomUUID() };
    const first = await callWithTag(plane.admin, models.updateModel, nothing);
    expect(await callWithTag(plane.admin, models.updateModel, nothing)).toEqual({ ...first, replayed: true });
  });

  test('comes in twice at once: here the second is told to wait, elsewhere it waits; either way it is done once', async () => {
    const input = { body: createUploadOf('racing'), idempotencyKey: randomUUID() };
    const both = await Promise.allSettled([
      callEndpoint(plane.admin, uploads.createUpload, input),
      callEndpoint(plane.admin, uploads.createUpload, input),
      callEndpoint(second.admin, uploads.createUpload, input),
    ]);
    for (const each of both) {
      if (each.status === 'rejected') {
        expect(each.reason).toMatchObject({ code: 'REQUEST_IN_PROGRESS', retryAfterSeconds: 1 });
      }
    }
    expect(both.map(({ status }) => status)).toContain('fulfilled');
    expect(await timesDone('upload.create', 'racing')).toBe(1);
    expect(await callWithTag(plane.admin, uploads.createUpload, input)).toMatchObject({ replayed: true });
  });

  test('is not done again where its answer was lost', async () => {
    const store = plane.control.plane.store;
    const note = vi.spyOn(store, 'note').mockRejectedValueOnce(new Error('the process ends here'));
    const input = { body: createUploadOf('lost'), idempotencyKey: randomUUID() };
    await callEndpoint(plane.admin, uploads.createUpload, input);
    expect(note).toHaveBeenCalled();
    note.mockRestore();
    await expect(callEndpoint(second.admin, uploads.createUpload, input)).rejects.toMatchObject({
      code: 'REQUEST_IN_PROGRESS',
    });
    const { pg } = plane.control.pool;
    await pg.query(`update idempotency_keys set created_at = created_at - interval '1 minute' where key = $1`, [
      input.idempotencyKey,
    ]);
    await expect(callEndpoint(second.admin, uploads.createUpload, input)).rejects.toMatchObject({
      code: 'ALREADY_DONE',
      message: expect.stringContaining('ended before it had answered'),
    });
    expect(await timesDone('upload.create', 'lost')).toBe(1);
  });

  test('is forgotten after a day, and a caller has only so many', async () => {
    const { pg } = plane.control.pool;
    const input = { body: createUploadOf('daily'), idempotencyKey: randomUUID() };
    await callEndpoint(plane.admin, uploads.createUpload, input);
    await pg.query(`update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`, [
      input.idempotencyKey,
    ]);
    expect((await callWithTag(plane.admin, uploads.createUpload, input))?.replayed).toBe(false);
    expect(await timesDone('upload.create', 'daily')).toBe(2);
    await pg.query(
      `insert into idempotency_keys (caller, key, endpoint, request_sha256, request_id, created_at)
       select 'admin-token', 'filler-' || i, 'x', 'x', 'x', now() from generate_series(1, 10000) i`,
    );
    await expect(
      callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('more'), idempotencyKey: 'k' }),
    ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await pg.query(`delete from idempotency_keys where key like 'filler-%'`);
  });

  test.each(['', 'a b', 'x'.repeat(256), 'ü'])('whose key is %j is refused', async (idempotencyKey) => {
    await expect(
      callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('bad'), idempotencyKey }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', errors: [{ path: 'headers.idempotency-key' }] });
  });
});

describe('ETags', () => {
  const params = { name: 'adder' };

  test('a change that builds on an old state is refused, naming who made the new one', async () => {
    const read = await callWithTag(plane.admin, models.getModel, { params });
    const ifMatch = read?.etag ?? '';
    const body = { description: 'first' };
    const changed = await callWithTag(plane.admin, models.updateModel, { params, body, ifMatch });
    expect(changed?.etag).not.toBe(ifMatch);
    const late = { params, body: { description: 'second' }, ifMatch };
    await expect(callEndpoint(second.admin, models.updateModel, late)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringMatching(/^model 'adder' has changed since it was read: admin-token changed it at 20/),
    });
    await callEndpoint(second.admin, models.updateModel, { ...late, ifMatch: `"x-1", ${changed?.etag ?? ''}` });
    expect(await timesDone('model.change', 'adder')).toBe(2);
  });

  test('of two that build on the same state, at two control planes at once, one wins', async () => {
    const read = await callWithTag(plane.admin, models.getModel, { params });
    const ifMatch = read?.etag ?? '';
    const outcomes = await Promise.allSettled(
      [plane, second, plane, second].map((each, index) =>
        callEndpoint(each.admin, models.updateModel, { params, body: { description: `try ${index}` }, ifMatch }),
      ),
    );
    const won = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const each of outcomes) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'PRECONDITION_FAILED' });
    }
  });

  test('what the caller has already is not sent again; what gateways report makes a new answer but no new state', async () => {
    const first = await callWithTag(plane.admin, models.getModel, { params });
    const etag = first?.etag ?? '';
    expect(await callWithTag(plane.admin, models.getModel, { params, ifNoneMatch: etag })).toBeNull();
    expect(await callWithTag(plane.admin, models.getModel, { params, ifNoneMatch: `W/${etag}` })).toBeNull();
    const answer = await fetch(`${plane.url}/api/v1/models/adder`, {
      headers: { authorization: `Bearer ${plane.admin.token}`, 'if-none-match': etag },
    });
    expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', etag]);
    expect(await callWithTag(plane.admin, models.getModel, { params, ifNoneMatch: '"other"' })).toEqual(first);
  });

  test('a route is made only where there is none, and deleted only as it was seen', async () => {
    const policy = { kind: 'latest' as const, model: 'adder' };
    const input = { params: { name: 'fresh' }, body: { policy } };
    const made = await callWithTag(plane.admin, routes.putRoute, { ...input, ifNoneMatch: '*' });
    await expect(callEndpoint(plane.admin, routes.putRoute, { ...input, ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: "route 'fresh' exists already",
    });
    const stale = { params: { name: 'fresh' }, ifMatch: '"7-x"' };
    await expect(callEndpoint(plane.admin, routes.deleteRoute, stale)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    await callEndpoint(plane.admin, routes.deleteRoute, { params: { name: 'fresh' }, ifMatch: made?.etag ?? '' });
    await expect(callEndpoint(plane.admin, routes.putRoute, { ...input, ifMatch: '*' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
  });

  test('people, keys and versions have them, too', async () => {
    const { user } = await callEndpoint(plane.admin, users.inviteUser, {
      body: { email: 'ana@example.com', role: 'viewer' },
    });
    const shown = await callWithTag(plane.admin, users.getUser, { params: { id: user.id } });
    const change = { params: { id: user.id }, ifMatch: shown?.etag ?? '' };
    await callEndpoint(plane.admin, users.updateUser, { ...change, body: { role: 'operator' } });
    await expect(
      callEndpoint(plane.admin, users.updateUser, { ...change, body: { disabled: true } }),
    ).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringContaining('the person ana@example.com has changed'),
    });

    const { key } = await callEndpoint(plane.admin, keys.createKey, { body: { name: 'short' } });
    const revoke = {
      params: { id: key.id },
      ifMatch: (await callWithTag(plane.admin, keys.getKey, { params: { id: key.id } }))?.etag ?? '',
    };
    await callEndpoint(plane.admin, keys.revokeKey, revoke);
    await expect(callEndpoint(plane.admin, keys.revokeKey, revoke)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });

    const version = { name: 'adder', version: 1 };
    const before = await callWithTag(plane.admin, models.getVersion, { params: version });
    const notes = { params: version, body: { notes: 'mine' }, ifMatch: before?.etag ?? '' };
    await callEndpoint(plane.admin, models.updateVersion, notes);
    await expect(callEndpoint(plane.admin, models.updateVersion, notes)).rejects.toMatchObject({
      message: expect.stringContaining("version 1 of model 'adder' has changed"),
    });
  });

  test('a condition where there is no ETag, and what is none, are refused', async () => {
    await expect(
      callEndpoint(plane.admin, uploads.createUpload, { body: createUploadOf('x'), ifMatch: '"1-x"' }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(callEndpoint(plane.admin, models.deleteModel, { params, ifMatch: 'unquoted' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      errors: [{ path: 'headers.if-match' }],
    });
  });
});
