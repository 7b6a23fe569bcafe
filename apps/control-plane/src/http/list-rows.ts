import type { ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { totalMax } from '@cluster-ai/contract/api/list.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { sql } from 'kysely';
import type { RawBuilder, SelectQueryBuilder } from 'kysely';
import type { Query } from '../database/change.ts';
import type { ListColumn, ListColumns } from './list-columns.ts';
import { conditionOf } from './list-conditions.ts';
import { exactText, exactValue, readCursor, writeCursor } from './list-cursor.ts';

/** One page of rows. */
export interface ListedRows<Row> {
  readonly items: Row[];
  readonly next: string | null;
  readonly total: number;
  readonly totalIsBound: boolean;
}

/** What is selected beside a row: where the next page would begin after it. */
interface Place {
  readonly listSorted: string | null;
  readonly listKey: string;
}

/**
 * Reads the page of a list that a request asks for: its filter, order and place become SQL with parameters alone. Rows that
 * are added meanwhile move nothing: a page begins after the last row of the one before, not after a number of rows.
 * @param rows what is selected, joined and always demanded; without order and limit. Grouped rows need a query around them.
 * @throws ClusterError INVALID_ARGUMENT for a cursor of another query.
 */
export async function listRows<Database, Table extends keyof Database, Row, Fields extends ListFields>(
  query: Query,
  rows: SelectQueryBuilder<Database, Table, Row>,
  request: ListRequest,
  source: ListColumns<Fields>,
): Promise<ListedRows<Row>> {
  const matching = request.filter.reduce((some, term) => some.where(conditionOf(term, source)), rows);
  const sorted = sortedColumn(request, source);
  const direction = sql.raw(request.sort.descending ? 'desc' : 'asc');
  const after = afterCursor(request, source, sorted);
  const selected = (after === null ? matching : matching.where(after)).select([
    exactText(sorted).as('listSorted'),
    exactText(source.key).as('listKey'),
  ]);
  // Only where there may be none: an index is in the order that says nothing about missing values.
  const missing = isOptional(request, source) ? sql` nulls last` : sql``;
  const ordered = selected
    .orderBy(sql`${sorted.value} ${direction}${missing}`)
    .orderBy(sql`${source.key.value} ${direction}`)
    .limit(request.limit + 1);
  // For a generic row Kysely cannot tell that these are what was selected.
  const read = (await ordered.execute()) as (Row & Place)[];
  const shown = read.slice(0, request.limit);
  const last = shown.at(-1);
  const isLast = read.length <= request.limit || last === undefined;
  const scope = source.scope ?? '';
  const total = isLast && after === null ? shown.length : await countRows(query, matching);
  return {
    // Without the two that were added, a row is what `rows` selects.
    items: shown.map(({ listSorted: _sorted, listKey: _key, ...row }) => row as Row),
    next: isLast ? null : writeCursor(request, scope, { sorted: last.listSorted, key: last.listKey }),
    total: Math.min(total, totalMax),
    totalIsBound: total > totalMax,
  };
}

function sortedColumn<Fields extends ListFields>(request: ListRequest, source: ListColumns<Fields>): ListColumn {
  const column: unknown = source.columns[request.sort.field];
  // `ListColumns` lets no sortable field be a mere condition.
  if (typeof column === 'object' && column !== null) return column as ListColumn;
  throw new Error(`the list has no column to sort by ${request.sort.field}`);
}

/** Rows that come after the cursor; missing values come last in either direction. */
function afterCursor<Fields extends ListFields>(
  request: ListRequest,
  source: ListColumns<Fields>,
  sorted: ListColumn,
): RawBuilder<boolean> | null {
  if (request.cursor === undefined) return null;
  const kinds = { sorted: sorted.kind, key: source.key.kind };
  const position = readCursor(request.cursor, request, source.scope ?? '', kinds);
  const beyond = sql.raw(request.sort.descending ? '<' : '>');
  const key = exactValue(source.key.kind, position.key);
  if (position.sorted === null) {
    return sql<boolean>`(${sorted.value} is null and ${source.key.value} ${beyond} ${key})`;
  }
  const value = exactValue(sorted.kind, position.sorted);
  const after = sql<boolean>`(${sorted.value}, ${source.key.value}) ${beyond} (${value}, ${key})`;
  return isOptional(request, source) ? sql<boolean>`(${after} or ${sorted.value} is null)` : after;
}

/** Whether rows may have no value in the field that they are sorted by. */
function isOptional<Fields extends ListFields>(request: ListRequest, source: ListColumns<Fields>): boolean {
  return source.list.fields[request.sort.field]?.optional === true;
}

/** Counts up to one more than is ever told. */
async function countRows<Database, Table extends keyof Database, Row>(
  query: Query,
  matching: SelectQueryBuilder<Database, Table, Row>,
): Promise<number> {
  const some = matching
    .clearSelect()
    .select(sql<number>`1`.as('one'))
    .limit(totalMax + 1);
  const { rows } = await sql<{ count: string }>`select count(*) as count from (${some}) as counted`.execute(query);
  return Number(rows[0]?.count ?? 0);
}
