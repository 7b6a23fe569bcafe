import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { z } from 'zod';
import { NotFoundPage } from '../pages/not-found-page.tsx';
import { OverviewPage } from '../pages/overview-page.tsx';
import { Shell } from '../pages/shell.tsx';

/** Every address of the dashboard. A page's state that another person should see is in its address, and checked here. */

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

/** `?model=` is the route that the playground calls. A damaged address shows the page without it. */
const overviewSearch = z.object({ model: z.string().max(256).optional().catch(undefined) });

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: overviewSearch,
  component: OverviewRoute,
});

function OverviewRoute() {
  const { model } = overviewRoute.useSearch();
  const navigate = overviewRoute.useNavigate();
  return (
    <OverviewPage
      chosenModel={model}
      onChooseModel={(name) => void navigate({ search: { model: name }, replace: true, resetScroll: false })}
    />
  );
}

export const router = createRouter({ routeTree: rootRoute.addChildren([overviewRoute]) });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
