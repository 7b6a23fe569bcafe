import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Misbehaviour {
  /** Claims that are other than they should be. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** How the token is signed: well, by a key that nobody knows, with the client's secret, or not at all. */
  readonly signed?: 'well' | 'by somebody else' | 'with the client secret' | 'not at all';
  /** The token endpoint answers with this status instead. */
  readonly status?: number;
  readonly withoutToken?: boolean;
}

export interface MisbehavingProvider {
  readonly issuer: string;
  readonly clientSecret: string;
  /** What the next token is like. */
  behave(misbehaviour: Misbehaviour): void;
  /** The value that the front door has sent, which a good token repeats. */
  nonce: string;
  remove(): Promise<void>;
}

const clientSecret = 'secret-of-the-client-of-the-tests';

/** An OpenID Connect provider whose tokens are what a test wants them to be. Nobody has to sign in there. */
export async function startMisbehavingProvider(
  claims: Readonly<Record<string, unknown>>,
): Promise<MisbehavingProvider> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let misbehaviour: Misbehaviour = {};
  const provider = {
    issuer: '',
    clientSecret,
    nonce: '',
    behave: (next: Misbehaviour) => {
      misbehaviour = next;
    },
    remove: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const idToken = (): string => {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const good = { iss: provider.issuer, aud: 'cluster-ai', sub: 'ada', nonce: provider.nonce };
    const times = { iat: nowSeconds, exp: nowSeconds + 300 };
    const payload = { ...good, ...times, ...claims, ...misbehaviour.claims };
    return signedToken(payload, misbehaviour.signed ?? 'well', { own: own.privateKey, other: other.privateKey });
  };

  const answers: Readonly<Record<string, () => unknown>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: provider.issuer,
      authorization_endpoint: `${provider.issuer}/auth`,
      token_endpoint: `${provider.issuer}/token`,
      jwks_uri: `${provider.issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      // As if it did not know better.
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    }),
    '/jwks': () => ({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] }),
    '/token': () => ({
      access_token: 'an-access-token',
      token_type: 'Bearer',
      expires_in: 60,
      ...(misbehaviour.withoutToken === true ? {} : { id_token: idToken() }),
    }),
  };
  const server = createServer((request, response) => {
    request.resume();
    const answer = answers[request.url ?? ''];
    const status = request.url === '/token' ? (misbehaviour.status ?? 200) : 200;
    response.writeHead(answer === undefined ? 404 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer === undefined || status !== 200 ? { error: 'invalid_grant' } : answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

function signedToken(
  payload: object,
  signed: NonNullable<Misbehaviour['signed']>,
  keys: { readonly own: KeyObject; readonly other: KeyObject },
): string {
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const alg = signed === 'not at all' ? 'none' : signed === 'with the client secret' ? 'HS256' : 'RS256';
  const text = `${base64({ alg, kid: 'k1', typ: 'JWT' })}.${base64(payload)}`;
  if (signed === 'not at all') return `${text}.`;
  if (signed === 'with the client secret') {
    return `${text}.${createHmac('sha256', clientSecret).update(text).digest('base64url')}`;
  }
  const key = signed === 'well' ? keys.own : keys.other;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
