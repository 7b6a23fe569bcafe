import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

const modelSearch = z.object({
  tab: z.enum(['versions', 'aliases', 'lineage', 'settings']).optional().catch(undefined),
});

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$name',
  validateSearch: checkedSearch(modelSearch),
  component: lazyRouteComponent(() => import('../pages/model/model-page.tsx'), 'ModelPage'),
});
