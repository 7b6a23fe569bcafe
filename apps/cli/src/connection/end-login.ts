import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { signOut } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { call } from './call.ts';
import type { Login } from './login-file.ts';
import { sessionHeaders } from './sign-in.ts';

const timeoutMs = 30_000;

/** Calls in the name of a login. */
export function clientOfLogin({ server, token, session }: Login): ClientOptions {
  const headers = session === undefined ? undefined : () => sessionHeaders(server, session);
  return { baseUrl: server, token, headers, timeoutMs };
}

/**
 * Revokes the key that a login made for itself, or ends its session; a token that was brought along stays.
 * @returns false when there is nothing to end, or when it has ended already.
 * @throws ClusterError when the server could not be asked: key or session still work then.
 */
export async function endLogin(login: Login): Promise<boolean> {
  const client = clientOfLogin(login);
  try {
    if (login.key !== undefined) await call(client, revokeKey, { params: { id: login.key.id } });
    else if (login.session === undefined) return false;
    else await call(client, signOut);
    return true;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.code === 'UNAUTHENTICATED' || error.code === 'NOT_FOUND') return false;
    const what = login.key === undefined ? 'the session' : `key ${login.key.name} (${login.key.id})`;
    throw new ClusterError(error.code, `${what} was not ended at ${login.server}: ${error.message}`, {
      cause: error,
      fix: 'try again, or forget it on this machine alone with cluster-ai logout --local',
    });
  }
}
