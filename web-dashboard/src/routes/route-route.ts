import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

const routeSearch = z.object({
  tab: z.enum(['variants', 'history']).optional().catch(undefined),
  /** The dialog that is open. */
  do: z.enum(['split']).optional().catch(undefined),
});

export const routeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/routes/$name',
  validateSearch: checkedSearch(routeSearch),
  component: lazyRouteComponent(pageCode.route, 'RoutePage'),
});
