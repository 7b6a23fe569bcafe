import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

export const gatewaysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/gateways',
  validateSearch: checkedSearch(listSearch),
  component: lazyRouteComponent(pageCode.gateways, 'GatewaysPage'),
});
