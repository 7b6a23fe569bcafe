export { assertManifest } from './inspect-model.ts';
export { inspectVersion } from './inspect-version.ts';
export { modelJobs } from './jobs.ts';
export { presentRegistered } from './present-registered.ts';
export { registerVersion } from './register-version.ts';
export type { NewVersion, Registered } from './register-version.ts';
export { modelRoutes } from './routes.ts';
export { retireVersion } from './service.ts';
export { countModels } from './store.ts';
