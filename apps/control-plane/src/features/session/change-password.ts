import type { Session } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertLongEnough } from '../../identity/passwords.ts';
import { forgetBrowsersOf } from '../../identity/known-browsers.ts';
import { personById } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';
import { openSession } from './open-session.ts';
import type { Visitor } from './visitor.ts';

/**
 * Changes the caller's own password. Every session of theirs ends, and this browser gets a new one.
 * @throws ClusterError PERMISSION_DENIED when the present password is wrong, or the caller is no person; LOCKED_OUT.
 */
export async function changePassword(
  plane: Plane,
  visitor: Visitor,
  given: { readonly currentPassword: string; readonly newPassword: string },
): Promise<Session> {
  const { lockout, passwords, sessions } = plane.identity;
  const { principal } = visitor.caller;
  const person =
    principal.kind === 'session' && principal.userId !== null
      ? await plane.store.read((query) => personById(query, principal.userId ?? ''))
      : null;
  if (person === null) {
    throw new ClusterError('PERMISSION_DENIED', 'only somebody who has signed in has a password to change');
  }
  if (person.password_hash === null) {
    throw new ClusterError('CONFLICT', 'you sign in with the identity provider, which keeps your password');
  }
  assertLongEnough(given.newPassword, plane.settings.current.password_length_min);
  // Whoever found an open browser does not get to guess.
  await lockout.tryAccount({ email: person.email });
  if (!(await passwords.verify(given.currentPassword, person.password_hash))) {
    throw new ClusterError('PERMISSION_DENIED', 'the present password is wrong');
  }
  await lockout.forget({ email: person.email });
  const hash = await passwords.hash(given.newPassword);
  const { value: changed } = await plane.store.change(visitor.caller, async (change) => {
    await forgetBrowsersOf(change.query, person.id);
    change.record('user.password', person.email, {});
    return change.query
      .updateTable('users')
      .set({ password_hash: hash, sessions_valid_from: new Date(plane.clock.wallMs()) })
      .where('id', '=', person.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  });
  await sessions.endAllOf(person.id, null);
  return openSession(plane, visitor, changed, { with: 'password', detail: { after: 'a new password' } });
}
