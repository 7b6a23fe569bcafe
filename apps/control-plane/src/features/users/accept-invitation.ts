import type { Session } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Query } from '../../database/change.ts';
import { guardGuesses } from '../../identity/guard-guesses.ts';
import { forgetBrowsersOf } from '../../identity/known-browsers.ts';
import { lookAtOneTimeToken, useOneTimeToken } from '../../identity/one-time-tokens.ts';
import { assertLongEnough } from '../../identity/passwords.ts';
import { hasSignedUp, personById } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';
import { openSession } from '../session/index.ts';
import type { Visitor } from '../session/index.ts';

/** Whom a link is for. @throws ClusterError NOT_FOUND, LOCKED_OUT. */
export async function showInvitation(plane: Plane, { request }: Visitor, token: string) {
  const found = await guardGuesses(plane, request, () => plane.store.read((query) => linkOf(plane, query, token)));
  const { email, name, role } = found.person;
  return { email, name, role, expiresAt: found.expiresAt.toISOString() };
}

/**
 * Sets name and password, uses the link up and signs the person in. Their other sessions end, and so does a lockout.
 * @throws ClusterError NOT_FOUND, LOCKED_OUT, INVALID_ARGUMENT.
 */
export async function acceptInvitation(
  plane: Plane,
  visitor: Visitor,
  given: { readonly token: string; readonly name: string; readonly password: string },
): Promise<Session> {
  const { token, name, password } = given;
  assertLongEnough(password, plane.settings.current.password_length_min);
  const person = await guardGuesses(plane, visitor.request, async () => {
    const { person } = await plane.store.read((query) => linkOf(plane, query, token));
    // Not inside the change, where it would hold up every other one.
    const hash = await plane.identity.passwords.hash(password);
    const { value } = await plane.store.change({ ...visitor.caller, actor: person.email }, async (change) => {
      if ((await useOneTimeToken(change.query, token, plane.clock.wallMs()))?.userId !== person.id) throw unknownLink();
      await forgetBrowsersOf(change.query, person.id);
      change.record(hasSignedUp(person) ? 'user.password' : 'user.accept', person.email, { name, with: 'a link' });
      return change.query
        .updateTable('users')
        .set({ name, password_hash: hash, sessions_valid_from: new Date(plane.clock.wallMs()) })
        .where('id', '=', person.id)
        .where('disabled', '=', false)
        .returningAll()
        .executeTakeFirst();
    });
    if (value === undefined) throw unknownLink();
    return value;
  });
  await plane.identity.lockout.forget({ email: person.email });
  await plane.identity.sessions.endAllOf(person.id, null);
  return openSession(plane, visitor, person, { with: 'password', detail: { after: 'a link' } });
}

async function linkOf(plane: Plane, query: Query, token: string): Promise<{ person: Person; expiresAt: Date }> {
  const found = await lookAtOneTimeToken(query, token, plane.clock.wallMs());
  const person = found?.userId === undefined || found.userId === null ? null : await personById(query, found.userId);
  if (found === null || person === null || person.disabled) throw unknownLink();
  return { person, expiresAt: found.expiresAt };
}

function unknownLink(): ClusterError {
  return new ClusterError('NOT_FOUND', 'this link is not known: it was used, has expired, or a newer one was made', {
    fix: 'ask an administrator for a new one',
  });
}
