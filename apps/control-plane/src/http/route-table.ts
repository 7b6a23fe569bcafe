import type { FastifyInstance } from 'fastify';
import type { RouteAccess } from './access.ts';

/** A route as the server has it. */
export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  /** Null where nobody is asked who they are: static files, probes, and refusals of methods. */
  readonly access: RouteAccess | null;
}

/** Keeps a list of every route that is added from now on: `app.routeTable`. */
export function keepRouteTable(app: FastifyInstance): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url, config }) => {
    table.push(...[method].flat().map((name) => ({ method: name, url, access: config?.access ?? null })));
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly routeTable: readonly RouteEntry[];
  }
}
