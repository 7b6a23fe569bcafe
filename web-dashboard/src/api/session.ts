import { getSession, type Session } from '@cluster-ai/contract/api/session.ts';
import { roleIncludes, type Role } from '@cluster-ai/core/access/roles.ts';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionText } from '../i18n/session-text.ts';
import { useText } from '../i18n/use-text.ts';
import { call } from './client.ts';
import { keepCsrfToken } from './csrf.ts';

/** How often the session is looked at, so that a role that was changed elsewhere shows, milliseconds. */
const sessionIntervalMs = 60_000;

const unknownIntervalMs = 2_000;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => known(await call(getSession, { signal })),
  // Until it is known the page has nothing else to do.
  refetchInterval: ({ state }) => (state.data === undefined ? unknownIntervalMs : sessionIntervalMs),
  staleTime: sessionIntervalMs,
  networkMode: 'always',
  retry: false,
});

function known(session: Session): Session {
  keepCsrfToken(session.csrfToken);
  return session;
}

/** Who the reader is; undefined until the control plane has said so. */
export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

/**
 * Puts a session in place that a call has answered with: sign-in, set-up, invitation, password. What was asked for as
 * somebody else is forgotten.
 */
export function useTakeSession(): (session: Session) => void {
  const client = useQueryClient();
  return (session) => {
    client.setQueryData(sessionQuery.queryKey, known(session));
    const isOther = ({ queryKey }: { readonly queryKey: readonly unknown[] }) => queryKey[0] !== 'session';
    client.removeQueries({ predicate: isOther, type: 'inactive' });
    void client.invalidateQueries({ predicate: isOther });
  };
}

export interface Permission {
  readonly allowed: boolean;
  /** For `disabledReason`: why it is not allowed; undefined when it is. */
  readonly reason: string | undefined;
}

/** Whether the reader may do what needs a role, and why not. */
export function useCan(needed: Role): Permission {
  const t = useText(sessionText);
  const session = useSession();
  if (session === undefined) return { allowed: false, reason: t('notKnownYet') };
  if (mayDo(session, needed)) return { allowed: true, reason: undefined };
  const names = { viewer: t('viewer'), operator: t('operator'), admin: t('admin') };
  if (session.role !== null) {
    return { allowed: false, reason: t('needsRole', { needed: names[needed], role: names[session.role] }) };
  }
  return { allowed: false, reason: t('needsSignIn', { needed: names[needed] }) };
}

/** The loopback exemption reads without a role. */
function mayDo(session: Pick<Session, 'role' | 'via'>, needed: Role): boolean {
  if (session.role !== null) return roleIncludes(session.role, needed);
  return session.via === 'loopback' && needed === 'viewer';
}
