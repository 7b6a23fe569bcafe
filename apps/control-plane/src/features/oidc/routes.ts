import * as contract from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyReply } from 'fastify';
import { clearCookie, oidcCookie, readCookie, setCookie } from '../../http/cookies.ts';
import type { Register } from '../../http/register-endpoint.ts';
import { newSecretToken } from '../../identity/secret-token.ts';
import type { Plane } from '../../plane.ts';
import type { Visitor } from '../session/index.ts';
import { authorizationUrl } from './ask-provider.ts';
import { beginFlow, flowLivesMs, flowSecrets, ownPage } from './flow.ts';
import { finishSignIn } from './finish-sign-in.ts';
import type { OidcProvider } from './provider.ts';
import { OidcRefusal } from './refusal.ts';
import { recordRefusal } from './record-refusal.ts';

/** Signing in with the identity provider: to it and back, both by redirects. */
export function oidcRoutes(register: Register, plane: Plane): void {
  register(contract.startOidc, (call) =>
    orProblem(plane, call, async () => {
      const { hosts, clock, config, store } = plane;
      const { request, reply } = call;
      const provider = configured(plane);
      const secret = newSecretToken();
      const secrets = flowSecrets(secret);
      const { scopes } = config.oidc;
      const url = await authorizationUrl(provider, secrets, { redirectUri: redirectUri(plane, call), scopes });
      await store.note((query) => beginFlow(query, secrets.state, ownPage(call.query.next), clock.wallMs()));
      setCookie(reply, oidcCookie, secret, { credentials: request, hosts, maxAgeSeconds: flowLivesMs / 1_000 });
      return url;
    }),
  );

  register(contract.finishOidc, (call) =>
    orProblem(plane, call, async () => {
      const { request, reply } = call;
      const provider = configured(plane);
      const secret = readCookie(oidcCookie, request, plane.hosts);
      clearCookie(reply, oidcCookie, { credentials: request, hosts: plane.hosts });
      if (secret === null) throw new OidcRefusal('expired', 'this browser has begun no sign-in');
      const callback = new URL(redirectUri(plane, call));
      callback.search = new URL(request.url, 'http://front.door').search;
      return finishSignIn(plane, call, { provider, secrets: flowSecrets(secret), callback });
    }),
  );
}

/** Sends the browser to where `work` says, or to the sign-in page, which says what went wrong. */
async function orProblem(plane: Plane, visitor: Visitor, work: () => Promise<string>): Promise<FastifyReply> {
  let location: string;
  try {
    location = await work();
  } catch (error) {
    const refusal = refusalOf(error);
    await recordRefusal(plane, visitor, refusal);
    location = `/sign-in?problem=${refusal.problem}`;
  }
  return visitor.reply.status(302).header('location', location).send();
}

/** @throws what is no refusal: the browser is shown the problem document of a database that is away. */
function refusalOf(error: unknown): OidcRefusal {
  if (error instanceof OidcRefusal) return error;
  if (error instanceof ClusterError && error.code === 'LOCKED_OUT') return new OidcRefusal('locked', error.message);
  throw error;
}

/** @throws OidcRefusal `not-configured`. */
function configured({ oidc }: Plane): OidcProvider {
  if (oidc !== null) return oidc;
  throw new OidcRefusal('not-configured', 'no identity provider is configured');
}

function redirectUri({ hosts }: Plane, { request }: Visitor): string {
  return `${hosts.linkBase(request.headers.host, request.client)}${contract.finishOidc.path}`;
}
