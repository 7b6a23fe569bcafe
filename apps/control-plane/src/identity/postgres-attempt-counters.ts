import { sql } from 'kysely';
import type { Store } from '../database/change.ts';
import type { AttemptCounters } from './attempt-counters.ts';

/** Counters in the database, where they are unless Redis is configured. */
export function createPostgresAttemptCounters(store: Store): AttemptCounters {
  return {
    add: async (name, rule, atMs) => {
      const at = new Date(atMs);
      const windowEnd = new Date(atMs + rule.windowMs);
      const lockEnd = new Date(atMs + rule.lockMs);
      const first = rule.countMax <= 1 ? lockEnd : windowEnd;
      // One statement, so that two control planes count as one.
      const count = sql<number>`case when attempt_counters.expires_at <= ${at} then 1 else attempt_counters.count + 1 end`;
      const row = await store.note((query) =>
        query
          .insertInto('attempt_counters')
          .values({ name, count: 1, expires_at: first })
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet({
              count,
              expires_at: sql<Date>`case
                when attempt_counters.expires_at <= ${at} then ${first}
                when attempt_counters.count + 1 = ${rule.countMax} then ${lockEnd}
                else attempt_counters.expires_at end`,
            }),
          )
          .returning(['count', 'expires_at'])
          .executeTakeFirstOrThrow(),
      );
      return { count: row.count, endsAtMs: row.expires_at.getTime() };
    },
    read: async (names, atMs) => {
      if (names.length === 0) return new Map();
      const rows = await store.read((query) =>
        query
          .selectFrom('attempt_counters')
          .selectAll()
          .where('name', 'in', names)
          .where('expires_at', '>', new Date(atMs))
          .execute(),
      );
      return new Map(rows.map((row) => [row.name, { count: row.count, endsAtMs: row.expires_at.getTime() }]));
    },
    clear: async (name) => {
      await store.note((query) => query.deleteFrom('attempt_counters').where('name', '=', name).execute());
    },
    sweep: async (atMs) => {
      await store.note((query) =>
        query.deleteFrom('attempt_counters').where('expires_at', '<=', new Date(atMs)).execute(),
      );
    },
  };
}
