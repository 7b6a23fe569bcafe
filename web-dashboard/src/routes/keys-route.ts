import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `do`: the dialog that is open. */
const keysSearch = listSearch.extend({ do: z.enum(['create']).optional().catch(undefined) });

export const keysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/keys',
  validateSearch: checkedSearch(keysSearch),
  component: lazyRouteComponent(pageCode.keys, 'KeysPage'),
});
