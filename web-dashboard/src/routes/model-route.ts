import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** The lists of the tabs share filter, sort and place; `selected` are chosen versions: `3,5`. `version` and `gateway` are those whose batches are shown. */
const modelSearch = listSearch.extend({
  tab: z.enum(['versions', 'batching', 'aliases', 'settings']).optional().catch(undefined),
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .optional()
    .catch(undefined),
  gateway: z.string().max(128).optional().catch(undefined),
  selected: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9})*$/)
    .max(200)
    .optional()
    .catch(undefined),
});

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$name',
  validateSearch: checkedSearch(modelSearch),
  component: lazyRouteComponent(pageCode.model, 'ModelPage'),
});
