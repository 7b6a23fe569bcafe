import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { SignInProblem } from '@cluster-ai/contract/api/session.ts';
import type { Plane } from '../../plane.ts';
import type { Visitor } from '../session/index.ts';
import type { OidcRefusal } from './refusal.ts';

/** Nobody was refused: there was nothing to refuse them with, or they were counted enough. */
const notRecorded: ReadonlySet<SignInProblem> = new Set(['not-configured', 'provider-away', 'locked']);

/**
 * Counts a refusal, and writes it into the audit log. The address is counted with it: whoever goes on is locked out, and
 * so cannot fill the log.
 */
export async function recordRefusal(plane: Plane, { caller, request }: Visitor, refusal: OidcRefusal): Promise<void> {
  const { problem, subject, message } = refusal;
  const { address } = request.client;
  plane.metrics.refusedSignIns.inc({ reason: `oidc-${problem}` });
  // What an answer held stays out of the log; why nobody answered is for whoever runs this.
  const cause = problem === 'provider-away' ? { error: refusal } : {};
  plane.log.info({ requestId: caller.requestId, problem, subject, why: message, address, ...cause }, 'sign-in refused');
  if (notRecorded.has(problem)) return;
  const { lockout } = plane.identity;
  try {
    await lockout.assertAddressOpen('code', address);
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'LOCKED_OUT') return;
    throw error;
  }
  const locked = await lockout.countAddress('code', address);
  await plane.store.change(caller, async (change) => {
    change.record('session.refuse', subject, { problem, why: message, with: 'oidc', address });
    if (locked) change.record('address.lock', address, { minutes: plane.settings.current.lockout_minutes });
  });
}
