import * as client from 'openid-client';
import type { Claims } from './claims.ts';
import type { FlowSecrets } from './flow.ts';
import type { OidcProvider } from './provider.ts';
import { OidcRefusal } from './refusal.ts';

/** What the provider has said about somebody. */
export interface Answered {
  readonly subject: string;
  readonly claims: Claims;
}

/** Where the browser is sent. @throws OidcRefusal `provider-away`. */
export async function authorizationUrl(
  provider: OidcProvider,
  secrets: FlowSecrets,
  options: { readonly redirectUri: string; readonly scopes: readonly string[] },
): Promise<string> {
  const url = client.buildAuthorizationUrl(await provider.configuration(), {
    redirect_uri: options.redirectUri,
    scope: [...new Set(['openid', ...options.scopes])].join(' '),
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: secrets.codeChallenge,
    code_challenge_method: 'S256',
  });
  return url.href;
}

/**
 * Redeems the code of a callback. The token's signature, issuer, audience, time and nonce are checked.
 * @param callback the whole address that the browser was sent back to.
 * @param wanted claims that are asked for separately when the token lacks one.
 * @throws OidcRefusal `provider-away`, `cancelled`, `not-trusted`.
 */
export async function redeem(
  provider: OidcProvider,
  secrets: FlowSecrets,
  callback: URL,
  wanted: readonly string[],
): Promise<Answered> {
  const configuration = await provider.configuration();
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      pkceCodeVerifier: secrets.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new OidcRefusal('not-trusted', 'the provider sent no token about the person');
    const lacks = wanted.some((name) => !Object.hasOwn(claims, name.split('.', 1)[0] ?? name));
    if (!lacks || configuration.serverMetadata().userinfo_endpoint === undefined) {
      return { subject: claims.sub, claims };
    }
    const told = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    // What was signed wins.
    return { subject: claims.sub, claims: { ...told, ...claims } };
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Codes with which oauth4webapi says that it was not answered at all. */
const awayCodes = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_PARSE_ERROR']);

function refusalOf(error: unknown): OidcRefusal {
  if (error instanceof OidcRefusal) return error;
  if (error instanceof client.AuthorizationResponseError) {
    return new OidcRefusal('cancelled', `the provider refused with ${error.error.slice(0, 64)}`, { cause: error });
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (awayCodes.has(code) || (error instanceof TypeError && error.message === 'fetch failed')) {
    return new OidcRefusal('provider-away', 'the provider does not answer as it should', { cause: error });
  }
  return new OidcRefusal('not-trusted', reasonOf(error), { cause: error });
}

/** In the library's words, which name the check and hold nothing of the token. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'the answer cannot be used';
}
