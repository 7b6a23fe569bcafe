import { parseFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { readCursor, writeCursor } from '@cluster-ai/control-plane/http/list-cursor.ts';
import type { ColumnKind } from '@cluster-ai/control-plane/http/list-columns.ts';
import type { FuzzTarget } from '../engine/target.ts';

const request = { filter: parseFilter('', {}).terms ?? [], sort: { field: 'name', descending: false }, limit: 10 };
const kinds: readonly ColumnKind[] = ['text', 'uuid', 'integer', 'float', 'time', 'boolean'];
const mark = String(
  JSON.parse(Buffer.from(writeCursor(request, '', { sorted: 'a', key: 'b' }), 'base64url').toString())[0],
);

/** What a cursor says goes into a query of the database: each value has the form of its column. */
export const target: FuzzTarget = {
  about: 'cursors of lists, from clients who made them up: what is read has a form that PostgreSQL takes',
  form: 'json',
  seeds: () => [
    JSON.stringify([mark, 'a', 'b']),
    JSON.stringify([mark, null, '00000000-0000-4000-8000-000000000000']),
    JSON.stringify([mark, '-12.5e+10', '1767225600000000']),
    JSON.stringify([mark, 'true', '9']),
  ],
  words: [mark, 'e+10', '-', '0.5', 'false'],
  run: (input) => {
    const cursor = Buffer.from(input).toString('base64url');
    for (const sorted of kinds) {
      const position = readPosition(cursor, sorted);
      if (position === null) continue;
      for (const [kind, text] of [
        [sorted, position.sorted],
        ['text', position.key],
      ] as const) {
        if (text === null || isTakenAs[kind](text)) continue;
        throw new Error(`PostgreSQL takes no ${kind} ${JSON.stringify(text)}`);
      }
    }
  },
};

function readPosition(cursor: string, sorted: ColumnKind) {
  try {
    return readCursor(cursor, request, '', { sorted, key: 'text' });
  } catch (error) {
    if (error instanceof Error && error.name === 'ClusterError') return null;
    throw error;
  }
}

const isWhole = (text: string): boolean => /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/** The rules of PostgreSQL's input functions, written down once more. */
const isTakenAs: Readonly<Record<ColumnKind, (text: string) => boolean>> = {
  // Halves of surrogate pairs become U+FFFD on their way.
  text: (text) => !text.includes('\0'),
  integer: isWhole,
  // Microseconds that are added to 1970 must end before the year 294277.
  time: (text) => isWhole(text) && Number(text) < 9.2e18 && Number(text) > -2.1e17,
  float: (text) => /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)),
  uuid: (text) => /^[0-9a-f-]{36}$/.test(text),
  boolean: (text) => text === 'true' || text === 'false',
};
