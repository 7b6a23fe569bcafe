import * as contract from '@cluster-ai/contract/api/session.ts';
import { clearCookie, readCookie, sessionCookie } from '../../http/cookies.ts';
import type { Register } from '../../http/register-endpoint.ts';
import { sha256Of } from '../../identity/secret-token.ts';
import type { Plane } from '../../plane.ts';
import { changePassword } from './change-password.ts';
import { presentSession } from './present-session.ts';
import { completeSetup, createSetupCode } from './setup.ts';
import { signIn } from './sign-in.ts';
import type { Visitor } from './visitor.ts';

/** Signing in and out, the own password, and the first administrator. */
export function sessionRoutes(register: Register, plane: Plane): void {
  register(contract.getSession, (call) => presentSession(plane, call));

  register(contract.signIn, (call) => signIn(plane, call, call.body));

  register(contract.signOut, async (call) => {
    await signOut(plane, call);
    return { signedOut: true as const };
  });

  register(contract.changePassword, (call) => changePassword(plane, call, call.body));

  register(contract.createSetupCode, (call) => createSetupCode(plane, call));

  register(contract.completeSetup, (call) => completeSetup(plane, call, call.body));
}

async function signOut(plane: Plane, { caller, request, reply }: Visitor): Promise<void> {
  const token = readCookie(sessionCookie, request, plane.hosts);
  if (token === null) return;
  const ended = await plane.identity.sessions.end(sha256Of(token));
  clearCookie(reply, sessionCookie, { credentials: request, hosts: plane.hosts });
  if (!ended || caller.principal.kind !== 'session') return;
  await plane.store.change(caller, async (change) => change.record('session.sign-out', caller.actor, {}));
}
