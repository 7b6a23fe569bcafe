export { sessionJobs } from './jobs.ts';
export { openSession } from './open-session.ts';
export { sessionRoutes } from './routes.ts';
export type { Visitor } from './visitor.ts';
