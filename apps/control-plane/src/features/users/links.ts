import type { Role } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { HttpCaller } from '../../http/register-endpoint.ts';
import { issueOneTimeToken, linkLivesMs } from '../../identity/one-time-tokens.ts';
import type { OneTimeToken } from '../../identity/one-time-tokens.ts';
import { hasSignedUp, personByEmail } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import type { Plane } from '../../plane.ts';
import type { Visitor } from '../session/index.ts';
import { existingPerson } from './people.ts';
import { presentUser } from './present-user.ts';

interface Issued {
  readonly person: Person;
  readonly link: OneTimeToken;
}

/** @throws ClusterError CONFLICT when there is somebody with this address. */
export async function inviteUser(
  plane: Plane,
  visitor: Visitor,
  given: { readonly email: string; readonly role: Role },
) {
  const { email, role } = given;
  const { value } = await plane.store.change(visitor.caller, async (change): Promise<Issued> => {
    if ((await personByEmail(change.query, email)) !== null) {
      throw new ClusterError('CONFLICT', `${email} is there already`, {
        fix: 'a new link for them is made with `cluster-ai user link`',
      });
    }
    const person = await change.query
      .insertInto('users')
      .values(newPerson(email, role, visitor.caller, change.at))
      .returningAll()
      .executeTakeFirstOrThrow();
    const link = await issueOneTimeToken(change, person.id, linkLivesMs, plane.clock.wallMs());
    change.record('user.invite', email, { role, expiresAt: link.expiresAt.toISOString() });
    return { person, link };
  });
  return presentLink(plane, visitor, value);
}

/**
 * A new link, which ends the one before and a lockout.
 * @throws ClusterError NOT_FOUND; CONFLICT for somebody who was disabled.
 */
export async function createUserLink(plane: Plane, visitor: Visitor, id: string) {
  const { value } = await plane.store.change(visitor.caller, async (change): Promise<Issued> => {
    const person = await existingPerson(change.query, id);
    if (person.disabled) {
      throw new ClusterError('CONFLICT', `${person.email} was disabled`, { fix: 'enable them first' });
    }
    const link = await issueOneTimeToken(change, id, linkLivesMs, plane.clock.wallMs());
    const purpose = hasSignedUp(person) ? 'a new password' : 'the invitation';
    change.record('user.link', person.email, { purpose, expiresAt: link.expiresAt.toISOString() });
    return { person, link };
  });
  await plane.identity.lockout.forget({ email: value.person.email });
  return presentLink(plane, visitor, value);
}

async function presentLink(plane: Plane, { request }: Visitor, { person, link }: Issued) {
  const base = plane.hosts.linkBase(request.headers.host, request.client);
  return {
    user: await presentUser(plane, person),
    // In the fragment, which browsers send to no server and write into no log.
    url: `${base}/invite#token=${link.token}`,
    expiresAt: link.expiresAt.toISOString(),
  };
}

function newPerson(email: string, role: Role, { actor }: HttpCaller, at: Date) {
  return {
    email,
    role,
    password_hash: null,
    oidc_issuer: null,
    oidc_subject: null,
    created_at: at,
    created_by: actor,
    last_sign_in_at: null,
    last_sign_in_with: null,
    sessions_valid_from: at,
  };
}
