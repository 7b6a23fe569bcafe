import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';

/** A share of a route's traffic: a version of a model, by number or by alias. */
export const routeVariantSchema = z.object({
  model: z.string(),
  version: z.int().positive(),
  weight: z.number().min(0).max(1_000_000),
});

/**
 * `latest`: the newest version takes all traffic, each new one as soon as it is ready.
 * `split`: the listed variants share it by weight until somebody changes the list.
 */
export const routePolicySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('latest'), model: z.string() }),
  z.object({ kind: z.literal('split'), variants: z.array(routeVariantSchema).min(1).max(32) }),
]);

export type RoutePolicy = z.infer<typeof routePolicySchema>;

export const routeSchema = z.object({
  name: z.string(),
  revision: z.int().positive(),
  policy: routePolicySchema,
  /** What the policy means at this moment. */
  variants: z.array(routeVariantSchema),
  stickyHeader: z.string(),
  /** Gateways hold none of its versions until it is loaded again; absent for a route that serves. */
  unloaded: z.literal(true).optional(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
});

export type Route = z.infer<typeof routeSchema>;

export const routeRevisionSchema = z.object({
  revision: z.int().positive(),
  policy: routePolicySchema,
  /** What the policy meant when the revision was made. */
  variants: z.array(routeVariantSchema),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  /** The revision that a rollback brought back; null for an ordinary change. */
  restoredFrom: z.int().nullable(),
});

export type RouteRevision = z.infer<typeof routeRevisionSchema>;

const nameParams = z.object({ name: z.string() });

export const listRoutes = endpoint({
  id: 'listRoutes',
  method: 'GET',
  path: '/api/v1/routes',
  summary: 'List routes',
  access: 'read',
  params: nothing,
  query: listQuery({
    fields: {
      name: { type: 'text', about: 'its name', searched: true, sortable: true },
      policy: { type: 'one-of', about: 'how it chooses', values: ['latest', 'split'] },
      model: { type: 'text', about: 'a model behind it', searched: true },
      revision: { type: 'number', about: 'its revision', sortable: true },
      updatedAt: { type: 'time', about: 'when it was changed', sortable: true },
      updatedBy: { type: 'text', about: 'who changed it', searched: true, sortable: true },
    },
    defaultSort: 'name',
  }),
  body: nothing,
  answer: listPage(routeSchema),
  status: 200,
});

export const getRoute = endpoint({
  id: 'getRoute',
  method: 'GET',
  path: '/api/v1/routes/:name',
  summary: 'Show one route',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  answer: routeSchema,
  status: 200,
  tag: (route) => String(route.revision),
});

export const putRoute = endpoint({
  id: 'putRoute',
  method: 'PUT',
  path: '/api/v1/routes/:name',
  summary: 'Create a route or change its policy',
  access: 'operator',
  names: ['params.name', 'body.policy.model', 'body.policy.variants.*.model'],
  params: nameParams,
  query: nothing,
  body: z.object({
    policy: routePolicySchema,
    stickyHeader: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/)
      .optional(),
  }),
  answer: routeSchema.extend({ snapshotVersion: z.int() }),
  status: 200,
  tag: (route) => String(route.revision),
  ifMatch: true,
});

export const rollbackRoute = endpoint({
  id: 'rollbackRoute',
  method: 'POST',
  path: '/api/v1/routes/:name/rollback',
  summary: 'Bring back what the route did before its last change, or in a named revision',
  access: 'operator',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: z.object({ revision: z.int().positive().optional() }),
  answer: routeSchema.extend({ snapshotVersion: z.int() }),
  status: 200,
  tag: (route) => String(route.revision),
  ifMatch: true,
});

const loading = {
  access: 'operator',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  answer: routeSchema.extend({ snapshotVersion: z.int() }),
  status: 200,
  tag: (route: Route) => String(route.revision),
} as const;

export const loadRoute = endpoint({
  ...loading,
  id: 'loadRoute',
  method: 'POST',
  path: '/api/v1/routes/:name/load',
  summary: 'Have gateways serve a route again; makes the route of a model that has none',
});

export const unloadRoute = endpoint({
  ...loading,
  id: 'unloadRoute',
  method: 'POST',
  path: '/api/v1/routes/:name/unload',
  summary: 'Have gateways release what is behind a route, and answer that it is not loaded',
});

export const listRouteRevisions = endpoint({
  id: 'listRouteRevisions',
  method: 'GET',
  path: '/api/v1/routes/:name/revisions',
  summary: 'History of a route, newest first',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: listQuery({
    fields: {
      revision: { type: 'number', about: 'its number', sortable: true },
      policy: { type: 'one-of', about: 'how it chose', values: ['latest', 'split'] },
      model: { type: 'text', about: 'a model behind it', searched: true },
      createdAt: { type: 'time', about: 'when it was made', sortable: true },
      createdBy: { type: 'text', about: 'who made it', searched: true },
      restoredFrom: { type: 'number', about: 'the revision that it brought back', optional: true },
    },
    defaultSort: '-revision',
  }),
  body: nothing,
  answer: listPage(routeRevisionSchema),
  status: 200,
});

export const deleteRoute = endpoint({
  id: 'deleteRoute',
  method: 'DELETE',
  path: '/api/v1/routes/:name',
  summary: 'Delete a route; its versions stay',
  access: 'operator',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  answer: z.object({ deleted: z.string() }),
  status: 200,
  ifMatch: true,
});
