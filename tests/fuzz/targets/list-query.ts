import assert from 'node:assert/strict';
import { allEndpoints } from '@cluster-ai/contract/api/all-endpoints.ts';
import { parseFilter, printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { parseSort, printSort } from '@cluster-ai/contract/api/list.ts';
import type { ListDeclaration, ListRequest } from '@cluster-ai/contract/api/list.ts';
import { readCursor, writeCursor } from '@cluster-ai/control-plane/http/list-cursor.ts';
import type { ColumnKind } from '@cluster-ai/control-plane/http/list-columns.ts';
import type { FuzzTarget } from '../engine/target.ts';

interface List {
  readonly query: (typeof allEndpoints)[number]['query'];
  readonly list: ListDeclaration;
}

const lists: readonly List[] = allEndpoints.flatMap(
  ({ query }) => ('list' in query ? [{ query, list: query.list as ListDeclaration }] : []), // Only `listQuery` makes a query with a list.
);

const kinds: readonly ColumnKind[] = ['text', 'uuid', 'integer', 'float', 'time', 'boolean'];

/** The query of a list: its first byte chooses the list, then come filter, order, limit and cursor, line by line. */
export const target: FuzzTarget = {
  about:
    'queries of lists, from clients: filters and orders are printed and read the same; cursors come back as they were',
  form: 'bytes',
  weight: 2,
  seeds: () => [
    'aname~iris state=ready\n-created_at\n10',
    'brole=admin email!="a \\"b\\" c" at>=2026-01-31T14:30:00Z\nat\n100',
    'cversion>3 size<=0.5 at<2026-02\n',
    'd"two words" other\n\n1\nWyJhIixudWxsLCJiIl0',
  ],
  words: ['!=', '>=', '<=', '~', '""', '2026-01-31', '2026-01-31T14:30:00.123456789+14:00', 'true', '-', '\\"', '\\\\'],
  run: (input) => {
    const { query, list } = lists[(input[0] ?? 0) % lists.length] ?? { query: null, list: null };
    if (query === null) throw new Error('there are no lists');
    const [filter = '', sort, limit, cursor] = new TextDecoder().decode(input.subarray(1)).split('\n');
    const parsed = parseFilter(filter, list.fields);
    if (parsed.terms !== null) {
      assert.deepEqual(parseFilter(printFilter(parsed.terms), list.fields), parsed);
    }
    const order = parseSort(sort ?? '', list.fields);
    if (typeof order !== 'string') assert.deepEqual(parseSort(printSort(order), list.fields), order);
    const given = { filter, ...(sort ? { sort } : {}), ...(limit ? { limit } : {}), ...(cursor ? { cursor } : {}) };
    const result = query.safeParse(given);
    if (!result.success) return;
    const request = result.data as ListRequest; // What listQuery promises.
    checkCursor(request, cursor);
  },
};

function checkCursor(request: ListRequest, cursor: string | undefined): void {
  const place = { sorted: cursor === undefined ? null : '7', key: '12' };
  const written = writeCursor(request, 'scope', place);
  assert.deepEqual(readCursor(written, request, 'scope', { sorted: 'integer', key: 'integer' }), place);
  if (cursor === undefined) return;
  for (const kind of kinds) readCursor(cursor, request, '', { sorted: kind, key: kind });
}
