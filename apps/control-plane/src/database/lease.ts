import { sql } from 'kysely';
import type { Store } from './change.ts';

/** A name that one process holds at a time, until it lets it expire by the database's clock. */
export interface Lease {
  readonly name: string;
  /** The instance of the process: after a restart it goes on with what it held. */
  readonly holder: string;
  readonly durationMs: number;
}

/**
 * Takes a lease, or prolongs one that `holder` has.
 * @returns null when another holds it; `abandoned` when another held it and neither prolonged it nor gave it back: it may
 * still be there, and not know yet.
 */
export async function takeLease(
  store: Pick<Store, 'note'>,
  { name, holder, durationMs }: Lease,
): Promise<'free' | 'abandoned' | null> {
  const expiry = sql<Date>`now() + make_interval(secs => ${durationMs / 1_000})`;
  const taken = await store.note((query) =>
    query
      .with('before', (before) => before.selectFrom('leases').select('holder').where('name', '=', name))
      .insertInto('leases')
      .values({ name, holder, expires_at: expiry })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, expires_at: expiry })
          .where((is) => is.or([is('leases.holder', '=', holder), is('leases.expires_at', '<', sql<Date>`now()`)])),
      )
      .returning((returned) => returned.selectFrom('before').select('before.holder').as('before'))
      .executeTakeFirst(),
  );
  if (taken === undefined) return null;
  return taken.before === null || taken.before === holder ? 'free' : 'abandoned';
}

export async function giveBackLease(store: Pick<Store, 'note'>, { name, holder }: Lease): Promise<void> {
  await store.note((query) =>
    query.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute(),
  );
}

/** Gives back everything that a process holds. */
export async function giveBackLeases(store: Pick<Store, 'note'>, holder: string): Promise<void> {
  await store.note((query) => query.deleteFrom('leases').where('holder', '=', holder).execute());
}
