import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { checkedSearch } from './checked-search.ts';
import { rootRoute } from './root-route.ts';

const signInSearch = z.object({
  /** Where to go afterwards: a path of this dashboard, never another host. */
  next: z
    .string()
    .max(2_000)
    .regex(/^\/(?![/\\])/)
    .optional()
    .catch(undefined),
  /** Why a sign-in through the identity provider failed. */
  error: z.string().max(500).optional().catch(undefined),
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: checkedSearch(signInSearch),
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});
