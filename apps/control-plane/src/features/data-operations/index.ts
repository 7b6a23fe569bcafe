export { dataOperationJobs } from './jobs.ts';
export { recordDataOperations } from './record.ts';
