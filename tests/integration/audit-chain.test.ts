import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listAudit, verifyAudit } from '@cluster-ai/contract/api/audit.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

// What somebody with the database's password can do to the log, and what `verify` says of it.

let postgres: PostgresServer;
let plane: RunningPlane;

/** Entries of each log: the two that every first start writes, and more. */
const count = 9;

beforeAll(async () => {
  postgres = await startPostgres(18);
});

beforeEach(async () => {
  plane = await startPlane(await postgres.createDatabase());
  for (let id = 3; id <= count; id += 1) await record(plane, `target-${id}`);
});

afterEach(() => plane.remove());

afterAll(() => postgres.remove());

async function record(on: RunningPlane, ...targets: string[]): Promise<void> {
  await on.control.plane.store.change({ actor: 'test', requestId: 'r' }, async (change) => {
    for (const target of targets) change.record('test.change', target, { weight: 0.1, list: [1, { b: 'ü', a: null }] });
  });
}

/** As an administrator of the database would. */
async function tamper(statement: string): Promise<void> {
  await plane.control.pool.pg.query(statement);
}

function verify(head?: string) {
  return callEndpoint(plane.admin, verifyAudit, { query: { head } });
}

/** `altered 3`, `missing 3-5`. */
async function named(head?: string): Promise<string[]> {
  const { problems, problemsTotal, intact } = await verify(head);
  expect([intact, problemsTotal]).toEqual([problems.length === 0, problems.length]);
  return problems.map(({ kind, id, lastId }) => `${kind} ${id === lastId ? id : `${id}-${lastId}`}`);
}

test('a log that nobody touched is intact, and says its head', async () => {
  const { items } = await callEndpoint(plane.admin, listAudit);
  expect(items.map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(items.map(({ previousHash }) => previousHash)).toEqual([
    ...items.slice(1).map(({ hash }) => hash),
    '0'.repeat(64),
  ]);
  expect(await verify()).toMatchObject({
    intact: true,
    entries: count,
    head: { id: count, hash: items[0]?.hash },
    problems: [],
  });
  for (const { id, hash } of items) expect(await named(`${id}:${hash}`)).toEqual([]);
});

describe.each([1, 5, count])('entry %i', (id) => {
  test.each([
    ['time', "at = at + interval '1 second'"],
    ['time, by a microsecond', "at = at + interval '1 microsecond'"],
    ['time, beyond all calendars', "at = 'infinity'"],
    ['actor', "actor = 'somebody else'"],
    ['action', "action = 'x'"],
    ['target', "target = 'x'"],
    ['detail', `detail = jsonb_set(detail, '{weight}', '0.2')`],
    ['request id', "request_id = 'x'"],
    ['hash', "hash = repeat('1', 64)"],
    ['previous hash', "previous_hash = repeat('1', 64)"],
  ])('whose %s was changed is named', async (_what, change) => {
    await tamper(`update audit_entries set ${change} where id = ${id}`);
    expect(await named()).toEqual([`altered ${id}`]);
  });

  test('that was deleted is named', async () => {
    await tamper(`delete from audit_entries where id = ${id}`);
    expect(await named()).toEqual([`missing ${id}`]);
  });
});

test.each([
  [2, 3],
  [2, 7],
  [1, count],
])('entries %i and %i that changed places are both named', async (a, b) => {
  await tamper(`
    update audit_entries set id = -1 where id = ${a};
    update audit_entries set id = ${a} where id = ${b};
    update audit_entries set id = ${b} where id = -1;`);
  expect(await named()).toEqual([`moved ${a}`, `moved ${b}`]);
});

const copy = 'select at, actor, action, target, detail, request_id, previous_hash, hash';
const columns = 'id, at, actor, action, target, detail, request_id, previous_hash, hash';

test('an entry that was put in at the end is named, and is not followed by the next one', async () => {
  await tamper(
    `insert into audit_entries (${columns}) ${copy.replace('at', '20, at')} from audit_entries where id = 4`,
  );
  expect(await named()).toEqual(['inserted 20']);
  await record(plane, 'later');
  expect(await named()).toEqual(['inserted 20']);
});

test('an entry that was put in between by counting up the others is named', async () => {
  await tamper(`
    update audit_entries set id = -id where id > 4;
    update audit_entries set id = 1 - id where id < 0;
    insert into audit_entries (${columns}) ${copy.replace('at', '5, at')} from audit_entries where id = 4;`);
  // Its content is that of entry 4, and so is its hash.
  expect(await named()).toEqual(['altered 5', 'moved 6', 'moved 7', 'moved 8', 'moved 9', 'moved 10']);
});

test('a tail that was cut off is named; so is a head that was turned back, to whoever kept an earlier one', async () => {
  const { head } = await verify();
  const known = `${head?.id}:${head?.hash}`;
  await tamper('delete from audit_entries where id > 6');
  expect(await named()).toEqual(['missing 7-9']);
  await tamper(
    'update installation set audit_id = 6, audit_count = 6, audit_hash = (select hash from audit_entries where id = 6)',
  );
  expect(await named()).toEqual([]);
  expect(await named(known)).toEqual(['rewritten 9']);
});

test('all entries together are missing when all were deleted', async () => {
  await tamper('delete from audit_entries');
  expect(await named()).toEqual(['missing 1-9']);
});

test('entries of several programs on one database form one chain, also when changes fail', async () => {
  const second = await startPlane(plane.control.plane.config.database.url);
  try {
    const failing = async (on: RunningPlane): Promise<void> => {
      await on.control.plane.store.change({ actor: 'test', requestId: 'f' }, async (change) => {
        change.record('test.change', 'never');
        throw new Error('at the last moment');
      });
    };
    await Promise.all(
      [plane, second].flatMap((on) =>
        Array.from({ length: 30 }, async (_item, index) => {
          await record(on, `a-${index}`, `b-${index}`);
          await expect(failing(on)).rejects.toThrow('at the last moment');
        }),
      ),
    );
  } finally {
    await second.remove();
  }
  // The second one made its signing key known when it started.
  const { intact, entries, head } = await verify();
  expect({ intact, entries, last: head?.id }).toEqual({ intact: true, entries: count + 121, last: count + 121 });
});

test('a row that was added by hand is never taken for an entry, also not at a start', async () => {
  await tamper(
    `insert into audit_entries (id, at, actor, action, target, detail, request_id) values (10, now(), 'x', 'x', 'x', '{}', 'x')`,
  );
  await plane.stop();
  plane = await startPlane(plane.control.plane.config.database.url, { home: plane.home });
  expect(await named()).toEqual(['inserted 10']);
  // The number is taken, so changes are refused until somebody has looked.
  await expect(record(plane, 'next')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'the audit log has a row between 10 and 10 that was never recorded, so nothing can be changed',
  });
});
