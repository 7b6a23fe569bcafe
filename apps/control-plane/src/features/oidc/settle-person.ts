import type { Change, Query } from '../../database/change.ts';
import type { Tables } from '../../database/tables.ts';
import type { Updateable } from 'kysely';
import { hasSignedUp, personByEmail } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { OidcSettings, Stranger } from './claims.ts';
import { OidcRefusal } from './refusal.ts';

/**
 * Finds whom the provider vouches for, makes them known at their first sign-in, and takes their role over.
 * @throws OidcRefusal `email-not-verified`, `other-account`, `no-role`, `disabled`.
 */
export async function settlePerson(
  change: Change,
  stranger: Stranger,
  settings: OidcSettings,
  nowMs: number,
): Promise<Person> {
  const { query } = change;
  const known = await personBySubject(query, stranger);
  if (known !== null) return takeOver(change, known, { role: stranger.role ?? known.role }, nowMs);
  const invited = await personByEmail(query, stranger.email);
  if (invited === null) return firstSignIn(change, stranger, settings, nowMs);
  assertMayLink(invited, stranger);
  const link = {
    oidc_issuer: stranger.issuer,
    oidc_subject: stranger.subject,
    name: invited.name === '' ? stranger.name : invited.name,
  };
  await query.deleteFrom('one_time_tokens').where('user_id', '=', invited.id).execute();
  change.record('user.link-provider', invited.email, { issuer: stranger.issuer, subject: stranger.subject });
  return takeOver(change, invited, { ...link, role: stranger.role ?? invited.role }, nowMs);
}

/** An address alone is no proof: whoever could choose theirs at the provider would become somebody else here. */
function assertMayLink(invited: Person, { email, emailVerified }: Stranger): void {
  if (hasSignedUp(invited)) {
    throw new OidcRefusal('other-account', 'somebody with this address signs in in another way', { subject: email });
  }
  if (emailVerified) return;
  throw new OidcRefusal('email-not-verified', 'the provider has not verified the address of the invitation', {
    subject: email,
  });
}

async function takeOver(change: Change, person: Person, values: Updateable<Tables['users']>, nowMs: number) {
  if (person.disabled) {
    throw new OidcRefusal('disabled', 'the person was disabled', { subject: person.email });
  }
  const changesRole = values.role !== person.role;
  if (changesRole) {
    change.record('user.role', person.email, { from: person.role, to: values.role, by: 'the identity provider' });
  }
  return change.query
    .updateTable('users')
    .set({ ...values, ...(changesRole ? { sessions_valid_from: new Date(nowMs) } : {}) })
    .where('id', '=', person.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function firstSignIn(change: Change, stranger: Stranger, settings: OidcSettings, nowMs: number): Promise<Person> {
  const role = stranger.role ?? settings.defaultRole;
  if (role === undefined) {
    throw new OidcRefusal('no-role', 'the person was not invited, and there is no oidc.defaultRole', {
      subject: stranger.email,
    });
  }
  change.record('user.create', stranger.email, { role, issuer: stranger.issuer, subject: stranger.subject });
  return change.query
    .insertInto('users')
    .values({
      email: stranger.email,
      name: stranger.name,
      role,
      password_hash: null,
      oidc_issuer: stranger.issuer,
      oidc_subject: stranger.subject,
      created_at: change.at,
      created_by: 'the identity provider',
      last_sign_in_at: null,
      last_sign_in_with: null,
      sessions_valid_from: new Date(nowMs),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function personBySubject(query: Query, { issuer, subject }: Stranger): Promise<Person | null> {
  const found = await query
    .selectFrom('users')
    .selectAll()
    .where('oidc_issuer', '=', issuer)
    .where('oidc_subject', '=', subject)
    .executeTakeFirst();
  return found ?? null;
}
