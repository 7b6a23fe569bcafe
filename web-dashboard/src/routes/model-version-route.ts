import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from './shell-route.ts';

export const modelVersionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$name/versions/$version',
  component: lazyRouteComponent(() => import('../pages/model-version/model-version-page.tsx'), 'ModelVersionPage'),
});
