export { trafficJobs } from './jobs.ts';
export { recentTraffic } from './recent-traffic.ts';
export { trafficRoutes } from './routes.ts';
export { foldTraffic } from './store.ts';
