import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `?model=` is the route that is called. */
const playgroundSearch = z.object({ model: z.string().max(256).optional().catch(undefined) });

export const playgroundRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playground',
  validateSearch: checkedSearch(playgroundSearch),
  component: lazyRouteComponent(pageCode.playground, 'PlaygroundPage'),
});
