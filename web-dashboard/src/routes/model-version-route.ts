import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `do`: the dialog that is open. */
const modelVersionSearch = z.object({ do: z.enum(['deploy', 'annotate']).optional().catch(undefined) });

export const modelVersionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$name/versions/$version',
  validateSearch: checkedSearch(modelVersionSearch),
  component: lazyRouteComponent(pageCode.modelVersion, 'ModelVersionPage'),
});
