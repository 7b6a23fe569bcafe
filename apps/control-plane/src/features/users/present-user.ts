import type { User } from '@cluster-ai/contract/api/users.ts';
import { hasSignedUp } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';

/** What is shown of people: with their locks and sessions, which may be kept in Redis. */
export async function presentUsers(plane: Plane, people: readonly Person[]): Promise<User[]> {
  const { lockout, sessions } = plane.identity;
  const locks = await lockout.lockedUntil(people.map(({ email }) => email));
  const open = await sessions.countOf(
    people.map(({ id }) => id),
    plane.clock.wallMs(),
  );
  return people.map((person) => {
    const lockedUntil = locks.get(person.email) ?? null;
    return {
      id: person.id,
      email: person.email,
      name: person.name,
      role: person.role,
      state: stateOf(person, lockedUntil),
      signsInWith: person.last_sign_in_with,
      createdAt: person.created_at.toISOString(),
      createdBy: person.created_by,
      lastSignInAt: person.last_sign_in_at?.toISOString() ?? null,
      lockedUntil: lockedUntil?.toISOString() ?? null,
      sessions: open.get(person.id) ?? 0,
    };
  });
}

export async function presentUser(plane: Plane, person: Person): Promise<User> {
  const [user] = await presentUsers(plane, [person]);
  if (user === undefined) throw new Error('one person was given and none came back');
  return user;
}

function stateOf(person: Person, lockedUntil: Date | null): User['state'] {
  if (person.disabled) return 'disabled';
  if (!hasSignedUp(person)) return 'invited';
  return lockedUntil === null ? 'active' : 'locked';
}
