import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

export const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit',
  validateSearch: checkedSearch(listSearch),
  component: lazyRouteComponent(pageCode.audit, 'AuditPage'),
});
