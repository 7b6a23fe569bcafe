import { nameLengthMax } from '@cluster-ai/core/names/model-name.ts';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { pageCode } from '../first/page-code.ts';
import { listSearch } from '../table/list-search.ts';
import { checkedSearch } from './checked-search.ts';
import { shellRoute } from './shell-route.ts';

/** `do`: the dialog that is open; `model`: the name that it offers. */
const modelsSearch = listSearch.extend({
  do: z.enum(['push']).optional().catch(undefined),
  model: z.string().max(nameLengthMax).optional().catch(undefined),
});

export const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models',
  validateSearch: checkedSearch(modelsSearch),
  component: lazyRouteComponent(pageCode.models, 'ModelsPage'),
});
