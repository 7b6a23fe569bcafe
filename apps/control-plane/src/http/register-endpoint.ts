import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Caller } from '../database/change.ts';
import type { Metrics } from '../metrics.ts';
import type { AccessRule, RouteAccess } from './access.ts';
import { assertModelsCovered } from './key-models.ts';
import type { Principal } from './principal.ts';

/** On whose behalf an endpoint works. */
export interface HttpCaller extends Caller {
  readonly principal: Principal;
}

/** What a handler is given: validated input, and who calls. */
export interface EndpointCall<E extends Endpoint> {
  readonly params: z.output<E['params']>;
  readonly query: z.output<E['query']>;
  readonly body: z.output<E['body']>;
  readonly caller: HttpCaller;
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
  /** For handlers that stream. */
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Register = <E extends Endpoint>(
  target: E,
  handler: (call: EndpointCall<E>) => Promise<z.input<E['answer']>>,
) => void;

/**
 * Makes the one way in which an endpoint of the contract becomes a route: its schemas check what comes in and what goes out,
 * its access rule is applied before the body is read, its status is sent on success.
 */
export function createRegister(app: FastifyInstance, rule: AccessRule, metrics: Metrics): Register {
  return <E extends Endpoint>(target: E, handler: (call: EndpointCall<E>) => Promise<z.input<E['answer']>>) => {
    app.route({
      method: target.method,
      url: target.path,
      config: { access: target.access },
      ...(target.bodyBytesMax === undefined ? {} : { bodyLimit: target.bodyBytesMax }),
      schema: {
        params: target.params,
        querystring: target.query,
        // A GET has no body that could be checked.
        ...(target.method === 'GET' ? {} : { body: target.body }),
        response: { [target.status]: target.answer },
      },
      onRequest: async (request) => {
        request.principal = await rule.authorize(target.access, request);
      },
      preValidation: async (request) => {
        // A call without a body is a call with an empty one; a body that is streamed is not for the schema.
        if (request.body === undefined || request.body === null) request.body = {};
      },
      preHandler: async (request) => {
        const { params, query, body } = request;
        assertModelsCovered(target, request.principal, { params, query, body });
      },
      onResponse: async (_request, reply) =>
        metrics.observeRequest(target.id, reply.statusCode, reply.elapsedTime / 1_000),
      handler: async (request, reply) => {
        const signal = cancelSignal(request, reply);
        reply.status(target.status);
        return handler({
          // The route's schemas, which are the endpoint's own, have just checked and typed these three.
          params: request.params as z.output<E['params']>,
          query: request.query as z.output<E['query']>,
          body: request.body as z.output<E['body']>,
          caller: { actor: request.principal.actor, requestId: request.id, principal: request.principal },
          signal,
          request,
          reply,
        });
      },
    });
  };
}

function cancelSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error(`the caller of request ${request.id} has gone away`));
  });
  return controller.signal;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; set by the access rule before a handler runs. */
    principal: Principal;
    /** The client's address, and how it came. */
    readonly client: Client;
  }
  interface FastifyContextConfig {
    /** Absent on what anybody may have without being looked at: static files, liveness, refusals. */
    access?: RouteAccess;
  }
}
