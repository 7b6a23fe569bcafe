import { createRoute, retainSearchParams } from '@tanstack/react-router';
import { timeRangeSearch } from '../charts/time-range.ts';
import { Shell } from '../shell/shell.tsx';
import { checkedSearch } from './checked-search.ts';
import { rootRoute } from './root-route.ts';

/** The frame of every page behind the sign-in. The time range belongs to it, so that it follows across pages. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  validateSearch: checkedSearch(timeRangeSearch),
  search: { middlewares: [retainSearchParams(['range', 'from', 'to'])] },
  component: Shell,
});
