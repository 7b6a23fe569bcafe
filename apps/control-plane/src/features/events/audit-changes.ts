import type { ChangeKind } from '@cluster-ai/contract/api/events.ts';
import type { Query } from '../../database/change.ts';

/** A change that pages may want to know of, from its entry in the audit log. */
export interface ChangeEntry {
  readonly id: number;
  readonly kind: ChangeKind;
  readonly name: string;
}

export interface ChangesRead {
  /** Number of the last audit entry that there is, or that was read. */
  readonly head: number;
  readonly changes: readonly ChangeEntry[];
}

/** What the first part of an action is about; others, such as signing in, change nothing that a page shows. */
const kindOf: Readonly<Record<string, ChangeKind>> = {
  model: 'model',
  version: 'model',
  alias: 'model',
  upload: 'model',
  route: 'route',
  key: 'key',
  user: 'user',
  setting: 'setting',
};

/** Entries of one look at most; the next look goes on behind them. */
export const entriesMax = 1_000;

/** The kind of a change; null when it is none that pages follow. */
export function changeKind(action: string): ChangeKind | null {
  return kindOf[action.split('.', 1)[0] ?? ''] ?? null;
}

/** Changes behind the entry with the number `after`, oldest first. */
export async function readChanges(query: Query, after: number): Promise<ChangesRead> {
  const rows = await query
    .selectFrom('audit_entries')
    .select(['id', 'action', 'target'])
    .where('id', '>', String(after))
    .orderBy('id')
    .limit(entriesMax)
    .execute();
  return {
    head: Number(rows.at(-1)?.id ?? after),
    changes: rows.flatMap(({ id, action, target }) => {
      const kind = changeKind(action);
      return kind === null ? [] : [{ id: Number(id), kind, name: target }];
    }),
  };
}

/** The number of the last audit entry; 0 when there is none. */
export async function readHead(query: Query): Promise<number> {
  const row = await query
    .selectFrom('audit_entries')
    .select((select) => select.fn.max('id').as('id'))
    .executeTakeFirst();
  return Number(row?.id ?? 0);
}
