import { ClusterError } from '@cluster-ai/core/errors.ts';
import { MutationCache, notifyManager, QueryCache, QueryClient } from '@tanstack/react-query';
import { sessionQuery } from './session.ts';

/** The store of answers. A call that is refused for want of a session has the session looked at again. */
export function makeQueryClient(): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof ClusterError && error.code === 'UNAUTHENTICATED') {
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    }
  };
  // An answer that is there already is drawn with the page and not a frame later.
  notifyManager.setScheduler(queueMicrotask);
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // A machine without a network still reaches its own control plane.
    defaultOptions: { queries: { networkMode: 'always', retry: false }, mutations: { networkMode: 'always' } },
  });
  return client;
}
