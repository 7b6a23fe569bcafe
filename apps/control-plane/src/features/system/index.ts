export { createOverview } from './overview.ts';
export { systemRoutes } from './routes.ts';
