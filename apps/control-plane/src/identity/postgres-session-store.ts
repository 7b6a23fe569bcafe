import { sql } from 'kysely';
import type { Store } from '../database/change.ts';
import type { SessionLimits, SessionStore, StoredSession } from './session-store.ts';

/** Sessions in the database, where they are unless Redis is configured. */
export function createPostgresSessionStore(store: Store, limits: () => SessionLimits): SessionStore {
  /** Those that were last used, and made, after these are open. */
  const openAfter = (atMs: number): { usedAfter: Date; createdAfter: Date } => {
    const { idleMs, lifetimeMs } = limits();
    return { usedAfter: new Date(atMs - idleMs), createdAfter: new Date(atMs - lifetimeMs) };
  };

  return {
    create: async (sha256, userId, atMs) => {
      const at = new Date(atMs);
      await store.note((query) =>
        query.insertInto('sessions').values({ sha256, user_id: userId, created_at: at, last_used_at: at }).execute(),
      );
    },
    find: async (sha256, atMs) => {
      const { usedAfter, createdAfter } = openAfter(atMs);
      const row = await store.read((query) =>
        query
          .selectFrom('sessions')
          .selectAll()
          .where('sha256', '=', sha256)
          .where('last_used_at', '>', usedAfter)
          .where('created_at', '>', createdAfter)
          .executeTakeFirst(),
      );
      return row === undefined ? null : sessionOf(row);
    },
    touch: async (sha256, atMs) => {
      const { usedAfter, createdAfter } = openAfter(atMs);
      await store.note((query) =>
        query
          .updateTable('sessions')
          .set({ last_used_at: sql`greatest(last_used_at, ${new Date(atMs)})` })
          .where('sha256', '=', sha256)
          .where('last_used_at', '>', usedAfter)
          .where('created_at', '>', createdAfter)
          .execute(),
      );
    },
    end: async (sha256) => {
      const result = await store.note((query) =>
        query.deleteFrom('sessions').where('sha256', '=', sha256).executeTakeFirst(),
      );
      return Number(result.numDeletedRows) > 0;
    },
    endAllOf: async (userId, except) => {
      const result = await store.note((query) => {
        const all = query.deleteFrom('sessions').where('user_id', '=', userId);
        return (except === null ? all : all.where('sha256', '!=', except)).executeTakeFirst();
      });
      return Number(result.numDeletedRows);
    },
    countOf: async (userIds, atMs) => {
      if (userIds.length === 0) return new Map();
      const { usedAfter, createdAfter } = openAfter(atMs);
      const rows = await store.read((query) =>
        query
          .selectFrom('sessions')
          .select(['user_id', sql<string>`count(*)`.as('count')])
          .where('user_id', 'in', userIds)
          .where('last_used_at', '>', usedAfter)
          .where('created_at', '>', createdAfter)
          .groupBy('user_id')
          .execute(),
      );
      return new Map(rows.map((row) => [row.user_id, Number(row.count)]));
    },
    sweep: async (atMs) => {
      const { usedAfter, createdAfter } = openAfter(atMs);
      const result = await store.note((query) =>
        query
          .deleteFrom('sessions')
          .where((is) => is.or([is('last_used_at', '<=', usedAfter), is('created_at', '<=', createdAfter)]))
          .executeTakeFirst(),
      );
      return Number(result.numDeletedRows);
    },
  };
}

function sessionOf(row: { user_id: string; created_at: Date; last_used_at: Date }): StoredSession {
  return {
    userId: row.user_id,
    createdAtMs: row.created_at.getTime(),
    lastUsedAtMs: row.last_used_at.getTime(),
  };
}
