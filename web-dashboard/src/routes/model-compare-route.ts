import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `?versions=3,5&only=differences`: the first is the baseline. */
const modelCompareSearch = z.object({
  versions: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9}){0,7}$/)
    .optional()
    .catch(undefined),
  only: z.enum(['differences']).optional().catch(undefined),
});

export const modelCompareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$name/compare',
  validateSearch: checkedSearch(modelCompareSearch),
  component: lazyRouteComponent(pageCode.modelCompare, 'ModelComparePage'),
});
