export { readHead } from './audit-changes.ts';
export { EventHub } from './hub.ts';
export { eventRoutes } from './routes.ts';
