export { chainOldEntries } from './chain-old-entries.ts';
export { auditRoutes } from './routes.ts';
export { appendAuditEntries } from './store.ts';
export type { AuditHead, AuditRecord } from './store.ts';
