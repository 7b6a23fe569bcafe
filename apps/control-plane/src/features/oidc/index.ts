export { openProvider } from './provider.ts';
export type { OidcProvider } from './provider.ts';
export { oidcRoutes } from './routes.ts';
