import { endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import { sessionSchema, signIn } from '@cluster-ai/contract/api/session.ts';
import type { Session } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { StoredSession } from './login-file.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Who has signed in, and what their calls carry. */
export interface SignedIn {
  readonly session: Session;
  readonly stored: StoredSession;
}

/**
 * What a call of a session carries: the session is a cookie, and what changes something shows, as a page of the dashboard
 * would, that it comes from there.
 */
export function sessionHeaders(server: string, { cookie, csrfToken }: StoredSession): Record<string, string> {
  const { origin } = new URL(server);
  return csrfToken === null ? { cookie, origin } : { cookie, origin, 'x-csrf-token': csrfToken };
}

/**
 * Signs a person in with e-mail and password, as the dashboard does. Not with the typed client, which hides the header
 * that holds the session.
 * @throws ClusterError as the server refuses it; CONTROL_PLANE_UNAVAILABLE when nobody answers.
 */
export async function startSession(baseUrl: string, timeoutMs: number, credentials: Credentials): Promise<SignedIn> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpointUrl(baseUrl, signIn, {}), {
      method: signIn.method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(credentials),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the control plane at ${baseUrl} does not answer`, {
      cause,
      fix: 'check the address after --server',
    });
  }
  if (!response.ok) throw problemError(response.status, text, baseUrl);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');
  if (cookie === '') throw new ClusterError('INTERNAL', `${baseUrl} signed nobody in: its answer has no session`);
  const session = sessionSchema.parse(JSON.parse(text));
  return { session, stored: { cookie, csrfToken: session.csrfToken } };
}
