import { operatorsOf, printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import type { FilterOperator, FilterTerm, ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { readTimeRange } from '@cluster-ai/contract/api/list-values.ts';
import { listQuery, printSort, totalMax } from '@cluster-ai/contract/api/list.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { readTransaction } from '@cluster-ai/platform/postgres/transaction.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Query } from '../database/change.ts';
import type { ListColumns } from './list-columns.ts';
import { listRows } from './list-rows.ts';

const fields = {
  name: { type: 'text', about: '', searched: true, sortable: true },
  note: { type: 'text', about: '', searched: true, sortable: true, optional: true },
  state: { type: 'one-of', about: '', values: ['new', 'old'] },
  size: { type: 'number', about: '', sortable: true },
  share: { type: 'number', about: '', sortable: true, optional: true },
  at: { type: 'time', about: '', sortable: true },
  usedAt: { type: 'time', about: '', sortable: true, optional: true },
  on: { type: 'boolean', about: '', sortable: true },
} as const satisfies ListFields;

const list = { fields, defaultSort: '-at' } as const;
const query = listQuery(list);

const source: ListColumns<typeof fields> = {
  list,
  key: { kind: 'integer', value: sql.ref('id') },
  columns: {
    name: { kind: 'text', value: sql`name collate "C"` },
    note: { kind: 'text', value: sql`note collate "C"` },
    state: { kind: 'text', value: sql.ref('state') },
    size: { kind: 'integer', value: sql.ref('size') },
    share: { kind: 'float', value: sql.ref('share') },
    at: { kind: 'time', value: sql.ref('at') },
    usedAt: { kind: 'time', value: sql.ref('used_at') },
    on: { kind: 'boolean', value: sql.ref('is_on') },
  },
};

/** Times are microseconds since 1970, finer than a Date. */
interface Item {
  readonly id: number;
  readonly name: string;
  readonly note: string | null;
  readonly state: string;
  readonly size: number;
  readonly share: number | null;
  readonly at: number;
  readonly usedAt: number | null;
  readonly on: boolean;
}

interface TestTables {
  items: { id: number };
}

let postgres: PostgresServer;
let pool: Pool;

beforeAll(async () => {
  postgres = await startPostgres(18);
  pool = openTestPool(await postgres.createDatabase());
  await pool.pg.query(`create table items (id integer, name text not null, note text, state text not null,
    size integer not null, share float8, at timestamptz not null, used_at timestamptz, is_on boolean not null)`);
}, 60_000);

afterAll(async () => {
  await pool.close();
  await postgres.remove();
});

async function insert(items: readonly Item[]): Promise<void> {
  await pool.pg.query(
    `insert into items select id, name, note, state, size, share,
       timestamptz 'epoch' + at * interval '1 microsecond',
       timestamptz 'epoch' + "usedAt" * interval '1 microsecond', "on"
     from jsonb_to_recordset($1::jsonb) as item
       (id integer, name text, note text, state text, size integer, share float8, at bigint, "usedAt" bigint, "on" boolean)`,
    [JSON.stringify(items)],
  );
}

async function replaceAll(items: readonly Item[]): Promise<void> {
  await pool.pg.query('truncate items');
  await insert(items);
}

const limits = { statementTimeoutMs: 10_000 };

function readPage(request: ListRequest) {
  return readTransaction(pool.kysely<TestTables>(), limits, (transaction) =>
    // Only the transaction behind the type is used; the tables of this test are none of the program's.
    listRows(transaction as unknown as Query, transaction.selectFrom('items').select('id'), request, source),
  );
}

/** Every id in the order in which the pages bring them. */
async function walk(request: ListRequest, betweenPages: () => Promise<void> = async () => undefined) {
  const ids: number[] = [];
  const totals = new Set<number>();
  let cursor: string | undefined;
  do {
    const page = await readPage({ ...request, cursor });
    expect(page.items.length).toBeLessThanOrEqual(request.limit);
    ids.push(...page.items.map((item) => item.id));
    totals.add(page.total);
    cursor = page.next ?? undefined;
    await betweenPages();
  } while (cursor !== undefined);
  return { ids, totals: [...totals] };
}

const lower = (text: string | null): string => (text ?? '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

type Value = string | number | boolean | null;

function fieldOf(item: Item, field: string): Value {
  return new Map<string, Value>(Object.entries(item)).get(field) ?? null;
}

/** What the grammar promises, in plain words of another language. */
function holds(item: Item, { field, operator, value }: FilterTerm): boolean {
  if (field === null) return [item.name, item.note].some((text) => lower(text).includes(lower(value)));
  const present = fieldOf(item, field);
  if (value === '' && field !== 'name' && field !== 'note') return (present === null) === (operator === '=');
  if (field === 'at' || field === 'usedAt') return holdsAt(present === null ? null : Number(present), operator, value);
  if (operator === '~') return lower(String(present ?? '')).includes(lower(value));
  if (field === 'size' || field === 'share') {
    return present === null ? operator === '!=' : compares(Number(present), operator, Number(value));
  }
  return (String(present ?? '') === value) === (operator === '=');
}

function holdsAt(atUs: number | null, operator: FilterOperator, value: string): boolean {
  const range = readTimeRange(value);
  if (range === null) throw new Error(`${value} is no time`);
  if (atUs === null) return operator === '!=';
  const inside = atUs >= range.startMs * 1_000 && atUs < range.endMs * 1_000;
  const before = atUs < range.startMs * 1_000;
  const after = !inside && !before;
  return {
    '=': inside,
    '!=': !inside,
    '<': before,
    '<=': before || inside,
    '>': after,
    '>=': after || inside,
    '~': false,
  }[operator];
}

function compares(one: number, operator: FilterOperator, other: number): boolean {
  const { '=': equal, ...rest } = { '=': one === other, '<': one < other, '>': one > other };
  return { ...rest, '=': equal, '!=': !equal, '<=': rest['<'] || equal, '>=': rest['>'] || equal, '~': false }[
    operator
  ];
}

function expected(items: readonly Item[], request: ListRequest): number[] {
  const { field, descending } = request.sort;
  const turn = descending ? -1 : 1;
  return items
    .filter((item) => request.filter.every((term) => holds(item, term)))
    .toSorted((a, b) => {
      const [one, other] = [fieldOf(a, field), fieldOf(b, field)];
      if (one === null || other === null) return one === other ? turn * (a.id - b.id) : one === null ? 1 : -1;
      return turn * (order(one, other) || a.id - b.id);
    })
    .map((item) => item.id);
}

function order(one: Value, other: Value): number {
  if (typeof one === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return Number(one) - Number(other);
}

// Few different values, so that many rows are equal in the sorted field and pages end among equals.
const someText = fc.constantFrom('', 'a', 'A b', 'a%_b', 'ção', '"x"\\', '𝄞');
const someUs = fc.constantFrom(0, 1, 999, 1_000, 86_400_000_000, 1_767_225_600_000_000, 1_767_225_600_000_001);
const someTime = fc.constantFrom('1970', '1970-01-01', '1970-01-02T00:00', '1970-01-01T00:00:00.001Z', '2026-01');
const someNumber = fc.constantFrom('-1', '0', '0.5', '2', '3000000000', '999999999999999999');

const item: fc.Arbitrary<Omit<Item, 'id'>> = fc.record({
  name: someText,
  note: fc.option(someText),
  state: fc.constantFrom('new', 'old'),
  size: fc.integer({ min: -2, max: 3 }),
  share: fc.option(fc.constantFrom(0.1, 0.5, 1 / 3, -7e-9, 2, 1e22, 12345678.9)),
  at: someUs,
  usedAt: fc.option(someUs),
  on: fc.boolean(),
});

const valueOf: Record<string, fc.Arbitrary<string>> = {
  name: someText,
  note: someText,
  state: fc.constantFrom('new', 'old'),
  size: someNumber,
  share: someNumber,
  at: someTime,
  usedAt: someTime,
  on: fc.constantFrom('true', 'false'),
};

const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.constantFrom('a', '%', 'B', '\\').map((value) => ({ field: null, operator: '~' as const, value })),
  ...Object.entries(fields).flatMap(([field, declared]) => {
    const values = valueOf[field] ?? someText;
    const compared = fc
      .record({ field: fc.constant(field), operator: fc.constantFrom(...operatorsOf[declared.type]), value: values })
      .filter(({ operator, value }) => value !== '' || operator === '=' || operator === '!=');
    if (!('optional' in declared)) return [compared];
    const operator = fc.constantFrom('=' as const, '!=' as const);
    return [compared, fc.record({ field: fc.constant(field), operator, value: fc.constant('') })];
  }),
);

const asked = fc.record({
  filter: fc
    .oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(term, { minLength: 1, maxLength: 2 }))
    .map(printFilter),
  sort: fc
    .record({
      field: fc.constantFrom('name', 'note', 'size', 'share', 'at', 'usedAt', 'on'),
      descending: fc.boolean(),
    })
    .map(printSort),
  limit: fc.integer({ min: 1, max: 7 }),
});

test('the pages together are the filtered, sorted list, each row once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 25 }),
      fc.array(asked, { minLength: 1, maxLength: 5 }),
      async (rows, all) => {
        const items = rows.map((row, id) => ({ id, ...row }));
        await replaceAll(items);
        for (const written of all) {
          const request = query.parse(written);
          const wanted = expected(items, request);
          const { ids, totals } = await walk(request);
          expect({ written, ids }).toEqual({ written, ids: wanted });
          expect(totals).toEqual([wanted.length]);
        }
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);

test('rows that come while the pages are read move nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { minLength: 5, maxLength: 15 }), asked, async (rows, written) => {
      const items = rows.map((row, id) => ({ id, ...row }));
      await replaceAll(items);
      const request = query.parse({ ...written, filter: '' });
      let id = items.length;
      const { ids } = await walk(request, async () => {
        if (id < 2 * items.length) await insert([{ ...(rows[id % rows.length] ?? rows[0]), id: (id += 1) } as Item]);
      });
      const known = new Set(items.map((one) => one.id));
      expect(ids.filter((one) => known.has(one))).toEqual(expected(items, request));
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 40 },
  );
}, 120_000);

test('a cursor of another query, and a forged one, are refused', async () => {
  const item = { name: 'a', note: null, state: 'new', share: null, at: 0, usedAt: null, on: true };
  await replaceAll([0, 1, 2].map((id) => Object.assign({ id, size: id }, item)));
  const first = await readPage(query.parse({ limit: 1, sort: 'size' }));
  const cursor = first.next ?? '';
  await expect(readPage(query.parse({ limit: 1, sort: '-size', cursor }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'query.cursor: the cursor belongs to another filter, order or list',
  });
  await expect(readPage(query.parse({ filter: 'a', limit: 1, sort: 'size', cursor }))).rejects.toMatchObject({
    message: expect.stringContaining('another filter'),
  });
  const [mark = ''] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[];
  const forged = [['x'], [mark, "1'; drop table items", '1'], [mark, '1', '99999999999999999999'], [mark, 1, 2]];
  for (const content of forged) {
    const made = Buffer.from(JSON.stringify(content)).toString('base64url');
    await expect(readPage(query.parse({ limit: 1, sort: 'size', cursor: made }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  }
  expect(await readPage(query.parse({ limit: 5, sort: 'size' }))).toMatchObject({ total: 3, next: null });
});

test('counting ends at a bound that is told', async () => {
  await pool.pg.query('truncate items');
  await pool.pg.query(
    `insert into items select id, 'n', null, 'new', 0, null, now(), null, true from generate_series(1, $1::integer) id`,
    [totalMax + 5],
  );
  const startMs = performance.now();
  const page = await readPage(query.parse({ limit: 10 }));
  console.log(`a page of ${totalMax + 5} rows: ${Math.round(performance.now() - startMs)} ms`);
  expect(page).toMatchObject({ total: totalMax, totalIsBound: true });
  expect(page.items).toHaveLength(10);
});
