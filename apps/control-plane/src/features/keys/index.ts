export { createKeyAuthority } from './authority.ts';
export { keyRoutes } from './routes.ts';
export { revokeKeysOfOwner } from './service.ts';
export { selectKeysForGateways } from './store.ts';
