export { auditRoutes } from './routes.ts';
export { insertAuditEntries } from './store.ts';
export type { AuditRecord } from './store.ts';
