export { deployVersion, deploymentOf, releaseVersion, routesUsing } from './follow-versions.ts';
export type { Deployment } from './follow-versions.ts';
export { routeRoutes } from './routes.ts';
export { deleteRoute } from './service.ts';
export { countRoutes, routesNamed, servedVersions } from './store.ts';
