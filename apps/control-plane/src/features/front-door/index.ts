export { dashboardRoutes } from './dashboard.ts';
export { issuerJobs } from './jobs.ts';
export { proxyRoutes } from './proxy.ts';
