import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pageCode } from '../first/page-code.ts';
import { shellRoute } from './shell-route.ts';

export const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(pageCode.overview, 'OverviewPage'),
});
