import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from './shell-route.ts';

export const passwordRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/password',
  component: lazyRouteComponent(() => import('../pages/password/password-page.tsx'), 'PasswordPage'),
});
