export { batchingOf } from './batching-store.ts';
export { fleetJobs } from './jobs.ts';
export { fleetRoutes } from './routes.ts';
export { connectedWithinMs, gatewayStatuses } from './store.ts';
