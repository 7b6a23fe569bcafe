export { createLiveSettings } from './live-settings.ts';
export type { LiveSettings } from './live-settings.ts';
