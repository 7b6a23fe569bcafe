import { createRootRoute, lazyRouteComponent } from '@tanstack/react-router';

export const rootRoute = createRootRoute({
  notFoundComponent: lazyRouteComponent(() => import('../pages/not-found/not-found-page.tsx'), 'NotFoundPage'),
});
