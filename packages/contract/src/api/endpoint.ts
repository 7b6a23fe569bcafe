import type { z } from 'zod';

/**
 * Who may call an endpoint.
 * `public`: anybody. `read`: the loopback exemption or the admin token. `admin`: the admin token. `gateway`: a gateway's join token.
 */
export type Access = 'public' | 'read' | 'admin' | 'gateway';

/** One operation of the control API as data: server routes, client and documents are made from it. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Fastify's form: `/api/v1/models/:name`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  /** Status of success. */
  readonly status: number;
}

/** Keeps the literal types of a definition. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  definition: Endpoint<P, Q, B, A>,
): Endpoint<P, Q, B, A> {
  return definition;
}
