import { z } from 'zod';
import { gatewayReportSchema } from '../telemetry.ts';
import { endpoint } from './endpoint.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';

export const gatewayStatusSchema = z.object({
  gateway: z.string(),
  lastSeenAt: z.iso.datetime(),
  /** Reported within the last ten seconds. */
  connected: z.boolean(),
  report: gatewayReportSchema,
});

export type GatewayStatus = z.infer<typeof gatewayStatusSchema>;

/** One thing that is wrong. */
export const healthReasonSchema = z.object({
  text: z.string(),
  /** What it takes from the score. */
  penalty: z.int().min(0).max(100),
  /** What to do about it, when there is one thing to do. */
  fix: z.string().optional(),
});

export type HealthReason = z.infer<typeof healthReasonSchema>;

/** One look at everything: what the first page and `cluster-ai status` show. */
export const overviewSchema = z.object({
  programVersion: z.string(),
  startedAt: z.iso.datetime(),
  /** `ok`, or what is wrong in `reasons`. */
  health: z.enum(['ok', 'degraded', 'down']),
  /** What is wrong, worst first. */
  reasons: z.array(healthReasonSchema),
  /** 100 less all penalties, and at least 0. */
  score: z.int().min(0).max(100),
  snapshot: z.object({ epoch: z.string(), version: z.int() }),
  gateways: z.array(gatewayStatusSchema),
  models: z.int(),
  routes: z.int(),
});

export type Overview = z.infer<typeof overviewSchema>;

export const getOverview = endpoint({
  id: 'getOverview',
  method: 'GET',
  path: '/api/v1/overview',
  summary: 'Health, gateways and traffic',
  access: 'read',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: overviewSchema,
  status: 200,
});

export const listGateways = endpoint({
  id: 'listGateways',
  method: 'GET',
  path: '/api/v1/gateways',
  summary: 'List gateways with their last reports',
  access: 'read',
  params: nothing,
  query: listQuery({
    fields: {
      gateway: { type: 'text', about: 'its name', searched: true, sortable: true },
      connected: { type: 'boolean', about: 'has reported within the last ten seconds' },
      ready: { type: 'boolean', about: 'answers predictions, by its last report' },
      programVersion: { type: 'text', about: 'version of its program' },
      snapshot: { type: 'number', about: 'version of the snapshot that it serves', optional: true, sortable: true },
      lastSeenAt: { type: 'time', about: 'time of its last report', sortable: true },
      rssBytes: { type: 'number', about: 'its memory, bytes', sortable: true },
    },
    defaultSort: 'gateway',
  }),
  body: nothing,
  answer: listPage(gatewayStatusSchema),
  status: 200,
});

/** Who the presented token is; `cluster-ai login` checks with it. */
export const whoAmI = endpoint({
  id: 'whoAmI',
  method: 'GET',
  path: '/api/v1/whoami',
  summary: 'Show the caller',
  access: 'viewer',
  names: 'nothing-of-models',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.object({ actor: z.string() }),
  status: 200,
});

/** Made of this contract, so it is never behind it. */
export const getOpenApi = endpoint({
  id: 'getOpenApi',
  method: 'GET',
  path: '/api/v1/openapi.json',
  summary: 'This API as an OpenAPI 3.1 document',
  access: 'public',
  names: 'nothing-of-models',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.looseObject({ openapi: z.string() }),
  status: 200,
});
