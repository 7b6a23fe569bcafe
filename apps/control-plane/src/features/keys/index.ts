export { createKeyAuthority } from './authority.ts';
export { keyJobs } from './jobs.ts';
export { keyRoutes } from './routes.ts';
export { revokeKeysOfOwner } from './service.ts';
export { selectKeysForGateways } from './store.ts';
export { foldKeyUsage, selectUsageTotals } from './usage.ts';
