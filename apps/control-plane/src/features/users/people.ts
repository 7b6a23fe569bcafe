import type { User } from '@cluster-ai/contract/api/users.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Caller, Change, Query } from '../../database/change.ts';
import { forgetBrowsersOf } from '../../identity/known-browsers.ts';
import { administratorExists, personById } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';
import { revokeKeysOfOwner } from '../keys/index.ts';
import { presentUser } from './present-user.ts';

/** @throws ClusterError NOT_FOUND. */
export async function existingPerson(query: Query, id: string): Promise<Person> {
  const person = await personById(query, id);
  if (person !== null) return person;
  throw new ClusterError('NOT_FOUND', `there is nobody with the id ${id}`);
}

/**
 * Changes a role, disables or enables. What takes something away ends the person's sessions; what is left to do in the
 * store of the sessions itself is only tidying, because older ones do not hold from now on.
 * @throws ClusterError NOT_FOUND; CONFLICT when no administrator would be left.
 */
export async function updateUser(
  plane: Plane,
  caller: Caller,
  id: string,
  wanted: { readonly role?: Role | undefined; readonly disabled?: boolean | undefined },
): Promise<User> {
  const { value } = await plane.store.change(caller, async (change) =>
    keepingAdministrator(change, async () => {
      const before = await existingPerson(change.query, id);
      const role = wanted.role ?? before.role;
      const disabled = wanted.disabled ?? before.disabled;
      if (role === before.role && disabled === before.disabled) return { person: before, changed: false };
      if (role !== before.role) change.record('user.role', before.email, { from: before.role, to: role });
      if (disabled !== before.disabled) change.record(disabled ? 'user.disable' : 'user.enable', before.email);
      if (disabled) await takeAway(change, id);
      const person = await change.query
        .updateTable('users')
        .set({ role, disabled, sessions_valid_from: new Date(plane.clock.wallMs()) })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { person, changed: true };
    }),
  );
  if (value.changed) await tidySessions(plane, id);
  return presentUser(plane, value.person);
}

/** @throws ClusterError NOT_FOUND; CONFLICT when no administrator would be left. */
export async function deleteUser(plane: Plane, caller: Caller, id: string): Promise<{ deleted: string }> {
  const { value: email } = await plane.store.change(caller, async (change) =>
    keepingAdministrator(change, async () => {
      const person = await existingPerson(change.query, id);
      await revokeKeysOfOwner(change, id);
      await change.query.deleteFrom('users').where('id', '=', id).execute();
      change.record('user.delete', person.email, { role: person.role });
      return person.email;
    }),
  );
  await tidySessions(plane, id);
  return { deleted: email };
}

/** Rolls back what would leave an installation that had an administrator without one. */
async function keepingAdministrator<T>({ query }: Change, work: () => Promise<T>): Promise<T> {
  const before = await administratorExists(query);
  const value = await work();
  if (before && !(await administratorExists(query))) {
    throw new ClusterError('CONFLICT', 'nobody would be left who can sign in as an administrator', {
      fix: 'give somebody else the role admin first',
    });
  }
  return value;
}

/** A link that was handed out, and browsers that were trusted, are worth nothing after somebody was disabled. */
async function takeAway(change: Change, id: string): Promise<void> {
  await change.query.deleteFrom('one_time_tokens').where('user_id', '=', id).execute();
  await forgetBrowsersOf(change.query, id);
}

async function tidySessions(plane: Plane, id: string): Promise<void> {
  try {
    await plane.identity.sessions.endAllOf(id, null);
  } catch (error) {
    // They hold no more: the database says from when on sessions do.
    plane.log.warn({ error }, 'sessions that have ended could not be removed');
  }
}
