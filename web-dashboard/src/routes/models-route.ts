import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

export const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models',
  validateSearch: checkedSearch(listSearch),
  component: lazyRouteComponent(() => import('../pages/models/models-page.tsx'), 'ModelsPage'),
});
