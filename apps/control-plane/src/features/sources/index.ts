export { importExamples } from './examples.ts';
export { sourceJobs } from './jobs.ts';
export { sourceRoutes } from './routes.ts';
