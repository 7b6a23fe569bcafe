import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createSetupCode, getSession } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * The page on which the first administrator is made, with a new one-time code; null when somebody can sign in already.
 * @param url where people open the dashboard.
 */
export async function setupLink(
  client: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number },
  url: string,
): Promise<string | null> {
  const { setupNeeded } = await callEndpoint(client, getSession);
  if (!setupNeeded) return null;
  try {
    const { code } = await callEndpoint(client, createSetupCode);
    return `${url}/setup#code=${code}`;
  } catch (error) {
    // Somebody was quicker.
    if (error instanceof ClusterError && error.code === 'CONFLICT') return null;
    throw error;
  }
}
