import { createHash } from 'node:crypto';
import { printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { printSort } from '@cluster-ai/contract/api/list.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { z } from 'zod';
import type { ColumnKind, ListColumn } from './list-columns.ts';

/** Where a page ended: the sorted value and the key of its last row, as exact text. */
export interface Position {
  /** Null where the row has no value. */
  readonly sorted: string | null;
  readonly key: string;
}

const cursorSchema = z.tuple([z.string(), z.string().nullable(), z.string()]);

/** Characters of the mark that binds a cursor to its query. */
const markLength = 12;

export function writeCursor(request: ListRequest, scope: string, { sorted, key }: Position): string {
  return Buffer.from(JSON.stringify([markOf(request, scope), sorted, key])).toString('base64url');
}

/**
 * Reads a cursor back. What it holds goes into a query, so each value must have the form of its column.
 * @throws ClusterError INVALID_ARGUMENT for a text that is no cursor, and for the cursor of another filter, order or list.
 */
export function readCursor(
  cursor: string,
  request: ListRequest,
  scope: string,
  kinds: { readonly sorted: ColumnKind; readonly key: ColumnKind },
): Position {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw refused('is not one that a page before has given');
  const [mark, sorted, key] = parsed.data;
  if (mark !== markOf(request, scope)) throw refused('belongs to another filter, order or list');
  if (!(sorted === null || forms[kinds.sorted].test(sorted)) || !forms[kinds.key].test(key)) {
    throw refused('is not one that a page before has given');
  }
  return { sorted, key };
}

function refused(why: string): ClusterError {
  const message = `the cursor ${why}`;
  return new ClusterError('INVALID_ARGUMENT', `query.cursor: ${message}`, {
    fix: 'begin again without a cursor',
    errors: [{ path: 'query.cursor', message }],
  });
}

function markOf(request: ListRequest, scope: string): string {
  const text = JSON.stringify([scope, printFilter(request.filter), printSort(request.sort)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, markLength);
}

/** Selects a value as text that comes back exactly: times in microseconds, as PostgreSQL keeps them. */
export function exactText({ kind, value }: ListColumn): RawBuilder<string | null> {
  if (kind === 'time') return sql<string | null>`(extract(epoch from ${value}) * 1000000)::bigint::text`;
  return sql<string | null>`(${value})::text`;
}

/** The value that `exactText` gave, as a parameter. */
export function exactValue(kind: ColumnKind, text: string): RawBuilder<unknown> {
  if (kind === 'time') return sql`(timestamptz 'epoch' + ${text}::bigint * interval '1 microsecond')`;
  return sql`${text}::${sql.raw(types[kind])}`;
}

const types = { text: 'text', uuid: 'uuid', integer: 'bigint', float: 'float8', boolean: 'boolean' } as const;

/** What a text must look like so that PostgreSQL takes it as a value of this kind. */
const forms: Readonly<Record<ColumnKind, RegExp>> = {
  text: /^[^\0]*$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  integer: /^-?\d{1,18}$/,
  float: /^-?\d{1,17}(\.\d{1,20})?(e[+-]\d{2})?$/,
  boolean: /^(true|false)$/,
  // 16 digits of microseconds end in the year 2286.
  time: /^-?\d{1,16}$/,
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
