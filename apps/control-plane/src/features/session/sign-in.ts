import type { Session } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { knownBrowserOf } from '../../identity/known-browsers.ts';
import type { Account } from '../../identity/lockout.ts';
import { personByEmail } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';
import { openSession } from './open-session.ts';
import type { Visitor } from './visitor.ts';

interface Found {
  readonly person: Person | null;
  /** Set when this person has signed in with this browser before. */
  readonly browserSha256: string | null;
}

/** Who nobody is: looked for in their place, so that an unknown address takes as long as a known one. */
const nobodyId = '00000000-0000-4000-8000-000000000000';

/**
 * Signs somebody in with e-mail and password. Whoever is not known, was disabled or has no password is refused with the
 * same words and after the same time as somebody with a wrong password.
 * @throws ClusterError UNAUTHENTICATED, LOCKED_OUT.
 */
export async function signIn(
  plane: Plane,
  visitor: Visitor,
  given: { readonly email: string; readonly password: string },
): Promise<Session> {
  const { lockout, passwords } = plane.identity;
  const { address } = visitor.request.client;
  await lockout.assertAddressOpen('password', address);
  const { person, browserSha256 } = await find(plane, visitor, given.email);
  const account: Account = browserSha256 === null ? { email: given.email } : { browserSha256 };
  const attempt = await lockout.tryAccount(account);
  const usable = person !== null && !person.disabled ? person : null;
  const matches = await passwords.verify(given.password, usable?.password_hash ?? null);
  if (usable === null || usable.password_hash === null || !matches) {
    await refuse(plane, visitor, { person, account, isLast: attempt.isLast });
    throw new ClusterError('UNAUTHENTICATED', 'the e-mail address or the password is wrong');
  }
  await lockout.forget(account);
  await renewHash(plane, usable, given.password);
  return openSession(plane, visitor, usable, {
    with: 'password',
    // Somebody who was guessed at learns of it.
    detail: attempt.count === 1 ? {} : { failedBefore: attempt.count - 1 },
  });
}

async function find(plane: Plane, { request }: Visitor, email: string): Promise<Found> {
  return plane.store.read(async (query) => {
    const person = await personByEmail(query, email);
    return { person, browserSha256: await knownBrowserOf(query, person?.id ?? nobodyId, request, plane.hosts) };
  });
}

/** Counts a failure. The audit log hears of locks alone: whoever guesses must not be able to fill it. */
async function refuse(
  plane: Plane,
  { caller, request }: Visitor,
  failure: { readonly person: Person | null; readonly account: Account; readonly isLast: boolean },
): Promise<void> {
  const { address } = request.client;
  plane.metrics.refusedSignIns.inc({ reason: 'password' });
  const addressLocked = await plane.identity.lockout.countAddress('password', address);
  const accountLocked = failure.isLast && failure.person !== null;
  if (!accountLocked && !addressLocked) return;
  const minutes = plane.settings.current.lockout_minutes;
  await plane.store.change(caller, async (change) => {
    if (accountLocked && failure.person !== null) {
      const where = 'email' in failure.account ? 'every browser that is new to the person' : 'one known browser';
      change.record('user.lock', failure.person.email, { minutes, where, address });
    }
    if (addressLocked) change.record('address.lock', address, { minutes });
  });
}

/** Passwords are hashed at today's cost the next time they are seen. */
async function renewHash(plane: Plane, person: Person, password: string): Promise<void> {
  const { passwords } = plane.identity;
  const old = person.password_hash;
  if (old === null || !passwords.isOutdated(old)) return;
  const renewed = await passwords.hash(password);
  await plane.store.note((query) =>
    query
      .updateTable('users')
      .set({ password_hash: renewed })
      .where('id', '=', person.id)
      .where('password_hash', '=', old)
      .execute(),
  );
}
