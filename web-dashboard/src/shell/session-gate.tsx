import type { Session } from '@cluster-ai/contract/api/session.ts';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { sessionQuery } from '../api/session.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { pathTo } from '../routes/path-to.ts';
import { FailedState } from '../ui/failed-state.tsx';
import { Panel } from '../ui/section.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';

/**
 * Lets pages be seen by whoever may see them: others are led to the sign-in, and while there is no administrator to the
 * set-up. What is known of the session stays when the control plane is away.
 */
export function SessionGate({ children }: { readonly children: (session: Session) => ReactNode }) {
  const t = useText(shellText);
  const { data: session, error, refetch } = useQuery(sessionQuery);
  if (session !== undefined) {
    if (session.via !== null) return children(session);
    return <LeadAway setupNeeded={session.setupNeeded} />;
  }
  return (
    <main className="mx-auto max-w-3xl p-6">
      <h1 className="sr-only">{t('product')}</h1>
      <Panel>
        {error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} title={t('noSession')} command="cluster-ai up" onRetry={() => void refetch()}>
            <p>{t('noSessionRetry')}</p>
          </FailedState>
        )}
      </Panel>
    </main>
  );
}

/** Goes to the sign-in or the set-up once; while it goes, the address is already the new one. */
function LeadAway({ setupNeeded }: { readonly setupNeeded: boolean }) {
  const navigate = useNavigate();
  const router = useRouter();
  const [target] = useState(() => (setupNeeded ? pathTo.setup() : pathTo.signIn(nextOf(router.state.location.href))));
  useEffect(() => void navigate({ ...target, replace: true }), [navigate, target]);
  return null;
}

/** The overview is where one lands anyway. */
function nextOf(href: string): string | undefined {
  return href === '/' ? undefined : href;
}
