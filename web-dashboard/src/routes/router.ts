import { createRouter, type RouterHistory } from '@tanstack/react-router';
import { PageError } from '../shell/page-error.tsx';
import { auditRoute } from './audit-route.ts';
import { gatewaysRoute } from './gateways-route.ts';
import { inviteRoute } from './invite-route.ts';
import { keysRoute } from './keys-route.ts';
import { modelCompareRoute } from './model-compare-route.ts';
import { modelRoute } from './model-route.ts';
import { modelVersionRoute } from './model-version-route.ts';
import { modelsRoute } from './models-route.ts';
import { overviewRoute } from './overview-route.ts';
import { passwordRoute } from './password-route.ts';
import { playgroundRoute } from './playground-route.ts';
import { rootRoute } from './root-route.ts';
import { routeRoute } from './route-route.ts';
import { routesRoute } from './routes-route.ts';
import { parseSearch, stringifySearch } from './search-text.ts';
import { settingsRoute } from './settings-route.ts';
import { setupRoute } from './setup-route.ts';
import { shellRoute } from './shell-route.ts';
import { signInRoute } from './sign-in-route.ts';
import { usersRoute } from './users-route.ts';

const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([
    overviewRoute,
    modelsRoute,
    modelRoute,
    modelVersionRoute,
    modelCompareRoute,
    routesRoute,
    routeRoute,
    playgroundRoute,
    gatewaysRoute,
    keysRoute,
    usersRoute,
    auditRoute,
    settingsRoute,
    passwordRoute,
  ]),
  signInRoute,
  setupRoute,
  inviteRoute,
]);

/** The router over the browser's history, or over another one in tests. */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    parseSearch,
    stringifySearch,
    // Pages are small: they are there before the pointer has finished its click.
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: PageError,
    ...(history === undefined ? {} : { history }),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
