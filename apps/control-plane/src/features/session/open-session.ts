import type { Session } from '@cluster-ai/contract/api/session.ts';
import { readCookie, sessionCookie, setCookie } from '../../http/cookies.ts';
import { rememberBrowser } from '../../identity/known-browsers.ts';
import type { Person } from '../../identity/people.ts';
import { newSecretToken, sha256Of } from '../../identity/secret-token.ts';
import type { Plane } from '../../plane.ts';
import { signedIn } from './present-session.ts';
import type { Visitor } from './visitor.ts';

/** How somebody proved who they are. */
export interface Proof {
  readonly with: 'password' | 'oidc';
  /** Further facts for the audit log. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Opens a session under a new token, whatever the browser sent before, ends that one, and records the sign-in.
 * @param person as the database holds them now; the caller has proved that it is they.
 */
export async function openSession(plane: Plane, visitor: Visitor, person: Person, proof: Proof): Promise<Session> {
  const { request, reply, caller } = visitor;
  const { sessions } = plane.identity;
  const before = readCookie(sessionCookie, request, plane.hosts);
  if (before !== null) await sessions.end(sha256Of(before));
  const token = newSecretToken();
  // Another control plane, whose clock is ahead, may have said from when on sessions hold.
  const atMs = Math.max(plane.clock.wallMs(), person.sessions_valid_from.getTime());
  await sessions.create(sha256Of(token), person.id, atMs);
  const { value: browser } = await plane.store.change({ ...caller, actor: person.email }, async (change) => {
    await change.query
      .updateTable('users')
      .set({ last_sign_in_at: change.at, last_sign_in_with: proof.with })
      .where('id', '=', person.id)
      .execute();
    change.record('session.sign-in', person.email, {
      with: proof.with,
      address: request.client.address,
      ...proof.detail,
    });
    return rememberBrowser(change, person.id, request, plane.hosts);
  });
  browser.setOn(reply);
  setCookie(reply, sessionCookie, token, { credentials: request, hosts: plane.hosts });
  return signedIn(plane, person, token, { createdAtMs: atMs, lastUsedAtMs: atMs });
}
