export { dashboardRoutes } from './dashboard.ts';
export { proxyRoutes } from './proxy.ts';
