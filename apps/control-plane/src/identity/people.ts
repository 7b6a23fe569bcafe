import type { Selectable } from 'kysely';
import type { Query } from '../database/change.ts';
import type { Tables } from '../database/tables.ts';

export type Person = Selectable<Tables['users']>;

/** @param email in lower case. */
export async function personByEmail(query: Query, email: string): Promise<Person | null> {
  return (await query.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst()) ?? null;
}

export async function personById(query: Query, id: string): Promise<Person | null> {
  return (await query.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** False for somebody who was only invited. */
export function hasSignedUp(person: Pick<Person, 'password_hash' | 'oidc_subject'>): boolean {
  return person.password_hash !== null || person.oidc_subject !== null;
}

/** True when there is an administrator who can sign in. */
export async function administratorExists(query: Query): Promise<boolean> {
  const found = await query
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled', '=', false)
    .where((is) => is.or([is('password_hash', 'is not', null), is('oidc_subject', 'is not', null)]))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
