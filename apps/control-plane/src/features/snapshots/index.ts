export { modelId } from './model-id.ts';
export { createSnapshotFeed } from './feed.ts';
export type { SnapshotFeed } from './feed.ts';
export { snapshotJobs } from './jobs.ts';
export { snapshotRoutes } from './routes.ts';
export { selectHead, writeSnapshot } from './store.ts';
export type { StoredSnapshot } from './store.ts';
