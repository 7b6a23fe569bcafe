export { followDatabase } from './follow-database.ts';
export { followLogLevel } from './follow-log-level.ts';
export { createLiveSettings } from './live-settings.ts';
export type { LiveSettings } from './live-settings.ts';
export { settingRoutes } from './routes.ts';
export { selectSettings } from './store.ts';
