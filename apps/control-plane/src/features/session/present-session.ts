import type { Session } from '@cluster-ai/contract/api/session.ts';
import { administratorExists, personById } from '../../identity/people.ts';
import type { Person } from '../../identity/people.ts';
import { sha256Of } from '../../identity/secret-token.ts';
import { sessionEndMs, sessionLimitsOf } from '../../identity/session-limits.ts';
import { readCookie, sessionCookie } from '../../http/cookies.ts';
import { csrfTokenOf } from '../../http/csrf.ts';
import type { Principal } from '../../http/principal.ts';
import type { Plane } from '../../plane.ts';
import { readHead } from '../events/index.ts';
import type { Visitor } from './visitor.ts';

const viaOf: Readonly<Record<Principal['kind'], Session['via']>> = {
  session: 'session',
  key: 'key',
  'admin-token': 'admin-token',
  loopback: 'loopback',
  gateway: null,
  anonymous: null,
};

/** Who the caller is, and what the sign-in page has to know. */
export async function presentSession(plane: Plane, { caller, request }: Visitor): Promise<Session> {
  const { principal } = caller;
  const token = principal.kind === 'session' ? readCookie(sessionCookie, request, plane.hosts) : null;
  if (token !== null) {
    const session = await plane.identity.sessions.find(sha256Of(token), plane.clock.wallMs());
    const person = session === null ? null : await plane.store.read((query) => personById(query, session.userId));
    if (session !== null && person !== null) return signedIn(plane, person, token, session);
  }
  return {
    ...(await shownToAll(plane)),
    ...(principal.kind === 'anonymous' ? {} : await shownToReaders(plane)),
    authenticated: principal.kind === 'key' || principal.kind === 'admin-token',
    user: null,
    role: principal.role,
    via: viaOf[principal.kind],
    csrfToken: null,
    expiresAt: null,
  };
}

/** The answer to somebody who has a session. */
export async function signedIn(
  plane: Plane,
  person: Person,
  token: string,
  session: { readonly createdAtMs: number; readonly lastUsedAtMs: number },
): Promise<Session> {
  const { id, name, email, role } = person;
  return {
    ...(await shownToAll(plane)),
    ...(await shownToReaders(plane)),
    authenticated: true,
    user: { id, name, email, role, hasPassword: person.password_hash !== null },
    role,
    via: 'session',
    csrfToken: csrfTokenOf(token),
    expiresAt: new Date(sessionEndMs(session, sessionLimitsOf(plane.settings.current))).toISOString(),
  };
}

async function shownToAll(plane: Plane) {
  return {
    setupNeeded: !(await plane.store.read(administratorExists)),
    oidc: plane.oidc === null ? null : { label: plane.config.oidc.label },
    passwordLengthMin: plane.settings.current.password_length_min,
  };
}

async function shownToReaders(plane: Plane) {
  return { changeId: await plane.store.read(readHead) };
}
