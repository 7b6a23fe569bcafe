import type { Plane } from '../../plane.ts';
import { openSession } from '../session/index.ts';
import type { Visitor } from '../session/index.ts';
import { redeem } from './ask-provider.ts';
import { strangerOf } from './claims.ts';
import { endFlow } from './flow.ts';
import type { FlowSecrets } from './flow.ts';
import type { OidcProvider } from './provider.ts';
import { OidcRefusal } from './refusal.ts';
import { settlePerson } from './settle-person.ts';

/**
 * Signs in whoever comes back from the provider. What was begun is used up first, so that an answer is taken once.
 * @returns the page to go to. @throws OidcRefusal; ClusterError LOCKED_OUT.
 */
export async function finishSignIn(
  plane: Plane,
  visitor: Visitor,
  flow: { readonly provider: OidcProvider; readonly secrets: FlowSecrets; readonly callback: URL },
): Promise<string> {
  const { provider, secrets, callback } = flow;
  const { store, clock, config, identity } = plane;
  await identity.lockout.assertAddressOpen('code', visitor.request.client.address);
  const nextPage = await store.note((query) => endFlow(query, secrets.state, clock.wallMs()));
  if (nextPage === null) throw new OidcRefusal('expired', 'the sign-in was finished before, or took too long');
  if (callback.searchParams.get('state') !== secrets.state) {
    throw new OidcRefusal('expired', 'the answer belongs to a sign-in that another browser has begun');
  }
  const wanted = ['email', ...(config.oidc.roleMapping.length === 0 ? [] : [config.oidc.roleClaim])];
  const { subject, claims } = await redeem(provider, secrets, callback, wanted);
  const stranger = strangerOf(provider.issuer, subject, claims, config.oidc);
  const { value: person } = await store.change({ ...visitor.caller, actor: stranger.email }, (change) =>
    settlePerson(change, stranger, config.oidc, clock.wallMs()),
  );
  await openSession(plane, visitor, person, { with: 'oidc', detail: { issuer: provider.issuer } });
  return nextPage;
}
