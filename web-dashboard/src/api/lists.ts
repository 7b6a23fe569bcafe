import type { Model } from '@cluster-ai/contract/api/models.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';

interface FirstPage<Item> {
  readonly items: readonly Item[];
  /** Null when there is no further page. */
  readonly next: string | null;
}

/** Models and routes as far as they have arrived. */
export interface Lists {
  readonly models: FirstPage<Model> | undefined;
  readonly routes: FirstPage<Route> | undefined;
  /** Why the newest attempt failed, where nothing else on the page says so; what arrived before stays. */
  readonly error: Error | null;
}
