import { createHash, createHmac } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { sha256Of } from '../../identity/secret-token.ts';

/** What binds the two halves of a sign-in together. All of it comes from one secret, which the browser keeps in a cookie. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  /** PKCE: whoever redeems the code proves that they began the sign-in. */
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/** Time for passwords and second factors at the provider. */
export const flowLivesMs = 10 * 60_000;
/** Begun and not finished, at once: beginning one needs no credential. */
const openFlowsMax = 10_000;
const nextLengthMax = 2_000;

export function flowSecrets(secret: string): FlowSecrets {
  const derive = (purpose: string): string => createHmac('sha256', secret).update(purpose).digest('base64url');
  const codeVerifier = derive('code verifier');
  return {
    state: derive('state'),
    nonce: derive('nonce'),
    codeVerifier,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  };
}

/** Notes that a sign-in was begun. @throws ClusterError OVERLOADED. */
export async function beginFlow(query: Query, state: string, nextPage: string, nowMs: number): Promise<void> {
  const { count } = await query
    .selectFrom('oidc_flows')
    .select(sql<string>`count(*)`.as('count'))
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirstOrThrow();
  if (Number(count) >= openFlowsMax) {
    throw new ClusterError('OVERLOADED', 'too many sign-ins were begun and not finished', { retryAfterSeconds: 60 });
  }
  await query
    .insertInto('oidc_flows')
    .values({ state_sha256: sha256Of(state), next_page: nextPage, expires_at: new Date(nowMs + flowLivesMs) })
    .execute();
}

/** Uses a begun sign-in up. @returns the page to go to; null when it was used, has expired or never was. */
export async function endFlow(query: Query, state: string, nowMs: number): Promise<string | null> {
  const row = await query
    .deleteFrom('oidc_flows')
    .where('state_sha256', '=', sha256Of(state))
    .returning(['next_page', 'expires_at'])
    .executeTakeFirst();
  return row !== undefined && row.expires_at.getTime() > nowMs ? row.next_page : null;
}

/** A page of this front door; anything that a browser could read as another address becomes the first page. */
export function ownPage(next: string | undefined): string {
  if (next === undefined || next.length > nextLengthMax || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next)) return '/';
  const url = new URL(next, 'http://front.door');
  return url.origin === 'http://front.door' ? `${url.pathname}${url.search}${url.hash}` : '/';
}
