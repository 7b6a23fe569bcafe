import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `do`: the dialog that is open. */
const usersSearch = listSearch.extend({ do: z.enum(['invite']).optional().catch(undefined) });

export const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: checkedSearch(usersSearch),
  component: lazyRouteComponent(pageCode.users, 'UsersPage'),
});
