import type { Session } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { guardGuesses } from '../../identity/guard-guesses.ts';
import {
  issueOneTimeToken,
  lookAtOneTimeToken,
  setupCodeLivesMs,
  useOneTimeToken,
} from '../../identity/one-time-tokens.ts';
import { assertLongEnough } from '../../identity/passwords.ts';
import { administratorExists } from '../../identity/people.ts';
import type { Query } from '../../database/change.ts';
import type { Plane } from '../../plane.ts';
import { openSession } from './open-session.ts';
import type { Visitor } from './visitor.ts';

/** Makes a new code and ends the one before. @throws ClusterError CONFLICT when somebody can sign in. */
export async function createSetupCode(plane: Plane, { caller, request }: Visitor) {
  const { value } = await plane.store.change(caller, async (change) => {
    await assertNobodyCan(change.query);
    const issued = await issueOneTimeToken(change, null, setupCodeLivesMs, plane.clock.wallMs());
    change.record('setup.code', 'first administrator', { expiresAt: issued.expiresAt.toISOString() });
    return issued;
  });
  const base = plane.hosts.linkBase(request.headers.host, request.client);
  return { code: value.token, url: `${base}/setup#code=${value.token}`, expiresAt: value.expiresAt.toISOString() };
}

/**
 * Makes the first administrator and signs them in.
 * @throws ClusterError NOT_FOUND for a code that is not known, was used or has expired; CONFLICT when somebody can sign in.
 */
export async function completeSetup(
  plane: Plane,
  visitor: Visitor,
  given: { readonly code: string; readonly name: string; readonly email: string; readonly password: string },
): Promise<Session> {
  const { code, name, email, password } = given;
  assertLongEnough(password, plane.settings.current.password_length_min);
  const person = await guardGuesses(plane, visitor.request, async () => {
    const found = await plane.store.read((query) => lookAtOneTimeToken(query, code, plane.clock.wallMs()));
    if (found?.userId !== null) throw unknownCode();
    // Not inside the change, where it would hold up every other one.
    const hash = await plane.identity.passwords.hash(password);
    const { value } = await plane.store.change({ ...visitor.caller, actor: email }, async (change) => {
      await assertNobodyCan(change.query);
      if ((await useOneTimeToken(change.query, code, plane.clock.wallMs()))?.userId !== null) throw unknownCode();
      change.record('setup.complete', email, { name });
      const own = {
        name,
        role: 'admin' as const,
        disabled: false,
        password_hash: hash,
        sessions_valid_from: new Date(plane.clock.wallMs()),
      };
      return (
        change.query
          .insertInto('users')
          .values({
            ...own,
            email,
            oidc_issuer: null,
            oidc_subject: null,
            created_at: change.at,
            created_by: 'setup',
            last_sign_in_at: null,
            last_sign_in_with: null,
          })
          // Somebody was invited, but nobody has become an administrator.
          .onConflict((conflict) => conflict.column('email').doUpdateSet(own))
          .returningAll()
          .executeTakeFirstOrThrow()
      );
    });
    return value;
  });
  return openSession(plane, visitor, person, { with: 'password', detail: { after: 'first set-up' } });
}

async function assertNobodyCan(query: Query): Promise<void> {
  if (!(await administratorExists(query))) return;
  throw new ClusterError('CONFLICT', 'there is an administrator already, who invites everybody else', {
    fix: 'if they lost their password, make a link for them: cluster-ai user link <e-mail>',
  });
}

function unknownCode(): ClusterError {
  return new ClusterError('NOT_FOUND', 'this code is not known: it was used, has expired, or a newer one was made', {
    fix: 'make a new one: cluster-ai user setup-code',
  });
}
