import { Readable } from 'node:stream';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import type { z } from 'zod';
import type { Caller } from '../database/change.ts';
import type { Plane } from '../plane.ts';
import type { RouteAccess } from './access.ts';
import { answerOnce } from './answer-once.ts';
import { createIdempotency } from './idempotency.ts';
import { assertModelsCovered } from './key-models.ts';
import { createPreconditionGuard, preconditionOf } from './preconditions.ts';
import type { PreconditionGuard, ReadState } from './preconditions.ts';
import type { Principal } from './principal.ts';
import { assertStorable } from './storable.ts';
import { timelyBody } from './timely-body.ts';

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

export interface EndpointOptions<E extends Endpoint> {
  /** Needed where the endpoint honours `If-Match`: the state that the tag of the request must fit, read in the change. */
  readonly state?: ReadState<z.output<E['params']>>;
}

export type Register = <E extends Endpoint>(
  target: E,
  handler: (call: EndpointCall<E>) => Promise<z.input<E['answer']>>,
  options?: EndpointOptions<E>,
) => void;

/**
 * Makes the one way in which an endpoint of the contract becomes a route: its schemas check what comes in and what goes out,
 * its access rule is applied before the body is read, its status is sent on success. `If-Match`, ETags and
 * `Idempotency-Key` are honoured by what the endpoint declares, and take effect inside the change that the handler makes.
 */
export function createRegister(app: FastifyInstance, plane: Plane): Register {
  const idempotency = createIdempotency(plane.store);
  const { requestTimeoutMs } = plane.config.http;
  const inTime = async (
    request: FastifyRequest,
    _reply: FastifyReply,
    payload: RequestPayload,
  ): Promise<RequestPayload> =>
    request.method === 'GET' || request.method === 'HEAD' ? payload : timelyBody(payload, requestTimeoutMs);
  return <E extends Endpoint>(
    target: E,
    handler: (call: EndpointCall<E>) => Promise<z.input<E['answer']>>,
    options: EndpointOptions<E> = {},
  ) => {
    if (target.ifMatch === true && options.state === undefined) {
      throw new Error(`${target.id} honours If-Match and is registered without a way to read the present state`);
    }
    app.route({
      method: target.method,
      url: target.path,
      config: { access: target.access },
      ...bodyLimitOf(target),
      schema: {
        params: target.params,
        querystring: target.query,
        // A GET has no body that could be checked.
        ...(target.method === 'GET' ? {} : { body: target.body }),
        response: { [target.status]: target.answer },
      },
      onRequest: async (request) => {
        request.principal = await plane.access.authorize(target.access, request);
        assertPlainBody(request);
      },
      // What is streamed takes as long as it takes.
      ...(target.bodyType === undefined ? { preParsing: inTime } : {}),
      preValidation: async (request) => {
        // A call without a body is a call with an empty one; a body that is streamed is not for the schema.
        if (request.body === undefined || request.body === null) request.body = {};
        else if (target.bodyType === undefined && request.body instanceof Readable) throw noJson();
        assertStorable(request);
      },
      preHandler: async (request) => {
        const { params, query, body } = request;
        assertModelsCovered(target, request.principal, { params, query, body });
      },
      onResponse: async (_request, reply) =>
        plane.metrics.observeRequest(target.id, reply.statusCode, reply.elapsedTime / 1_000),
      handler: async (request, reply) => {
        const signal = cancelSignal(request, reply);
        reply.status(target.status);
        const guard = guardOf(target, options.state, request);
        return answerOnce({ target, request, reply, idempotency, log: plane.log, guard }, (whole) =>
          handler({
            // The route's schemas, which are the endpoint's own, have just checked and typed these three.
            params: request.params as z.output<E['params']>,
            query: request.query as z.output<E['query']>,
            body: request.body as z.output<E['body']>,
            caller: {
              actor: request.principal.actor,
              requestId: request.id,
              principal: request.principal,
              guard: whole ?? undefined,
            },
            signal,
            request,
            reply,
          }),
        );
      },
    });
  };
}

/** @throws ClusterError UNSUPPORTED_MEDIA_TYPE for a compressed body: nothing is unpacked here. */
function assertPlainBody({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new ClusterError(
    'UNSUPPORTED_MEDIA_TYPE',
    `content encoding '${encoding.slice(0, 40)}' is not supported; send the body as it is`,
  );
}

function noJson(): ClusterError {
  return new ClusterError('UNSUPPORTED_MEDIA_TYPE', 'the content type is not one that this call takes', {
    fix: 'send application/json',
  });
}

/** What anybody may send is small: passwords, tokens and names. */
const publicBodyBytesMax = 65_536;

function bodyLimitOf({ access, bodyBytesMax }: Endpoint): { readonly bodyLimit?: number } {
  if (bodyBytesMax !== undefined) return { bodyLimit: bodyBytesMax };
  return access === 'public' ? { bodyLimit: publicBodyBytesMax } : {};
}

/** What the request demands of the state that its change finds. @throws ClusterError INVALID_ARGUMENT. */
function guardOf<E extends Endpoint>(
  target: E,
  state: EndpointOptions<E>['state'],
  request: FastifyRequest,
): PreconditionGuard | null {
  if (target.method === 'GET') return null;
  const precondition = preconditionOf(request.headers);
  if (precondition === null) return null;
  if (state === undefined) {
    throw new ClusterError('INVALID_ARGUMENT', 'this call has no ETag that a condition could be about', {
      fix: 'send it without If-Match and If-None-Match',
    });
  }
  // As above: the schema has checked them.
  const params = request.params as z.output<E['params']>;
  return createPreconditionGuard(precondition, (query) => state(query, params, request.principal));
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
