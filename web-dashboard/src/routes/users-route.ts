import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

export const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: checkedSearch(listSearch),
  component: lazyRouteComponent(() => import('../pages/users/users-page.tsx'), 'UsersPage'),
});
