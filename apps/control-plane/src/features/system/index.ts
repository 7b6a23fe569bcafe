export { metricsListenerPhases } from './metrics-listener.ts';
export { createOverview } from './overview.ts';
export { systemRoutes } from './routes.ts';
