import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** Claims of somebody whom the provider knows, by the name with which they sign in there. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OidcServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  remove(): Promise<void>;
}

/**
 * Starts a real OpenID Connect provider (npm `oidc-provider`) on a free port. Its own sign-in pages take any password.
 * @param options.redirectUri where it sends browsers back to.
 * @param options.people is asked at each sign-in, so that a test may change it.
 */
export async function startOidcServer(options: {
  readonly redirectUri: string;
  readonly people: People;
}): Promise<OidcServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const clientSecret = randomBytes(24).toString('base64url');
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'cluster-ai',
        client_secret: clientSecret,
        redirect_uris: [options.redirectUri],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_context, id) => {
      const claims = options.people[id];
      return claims === undefined ? undefined : { accountId: id, claims: async () => ({ sub: id, ...claims }) };
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    clientId: 'cluster-ai',
    clientSecret,
    remove: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Signs in at the provider's own pages as a browser does, and agrees to what it asks.
 * @param authorizationUrl where the front door has sent the browser.
 * @returns where the provider sends the browser back to.
 */
export async function signInAtProvider(authorizationUrl: string, login: string): Promise<string> {
  const { origin } = new URL(authorizationUrl);
  const cookies = new Map<string, string>();
  const visit = async (url: string, form?: Record<string, string>): Promise<string | null> => {
    const answer = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    if (answer.status >= 400) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
    const location = answer.headers.get('location');
    return location === null ? null : new URL(location, url).href;
  };
  let url: string = authorizationUrl;
  for (let step = 0; step < 12; step += 1) {
    const next = await visit(url);
    if (next === null) {
      // A page: the first asks who it is, the second whether that is all right.
      const isLogin = step <= 1;
      url = (await visit(url, isLogin ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' })) ?? url;
    } else if (next.startsWith(origin)) url = next;
    else return next;
  }
  throw new Error('the provider asks for ever');
}
