import { createCrossOrigin } from '@cluster-ai/core/access/cross-origin.ts';
import type { CrossOriginRequest } from '@cluster-ai/core/access/cross-origin.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What the API's clients send: idempotency keys and entity tags of writes besides the usual ones. */
const requestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'inference-header-content-length',
  'last-event-id',
  'x-request-id',
];
const exposedHeaders = [
  'etag',
  'idempotency-replayed',
  'inference-header-content-length',
  'location',
  'retry-after',
  'x-request-id',
];

/**
 * Lets pages of the named origins call from a browser, with a key and never with a session: cookies stay at home.
 * Its place is behind the rule of hosts: a question under a foreign name is refused as every call is.
 * @throws ClusterError CONFIG_INVALID for what is not an exact origin.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  const rule = createCrossOrigin({
    setting: 'http.cors.origins',
    origins,
    anyOrigin: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    headers: requestHeaders,
    exposed: exposedHeaders,
  });
  if (rule === null) return;
  app.addHook('onRequest', async (request, reply) => {
    const asked = crossOriginRequest(request);
    for (const [name, value] of rule.headers(asked)) reply.header(name, value);
    if (rule.isPreflight(asked)) return reply.status(204).send();
    return undefined;
  });
}

function crossOriginRequest({ method, headers }: FastifyRequest): CrossOriginRequest {
  const requestMethod = headers['access-control-request-method'];
  return { method, origin: headers.origin ?? null, requestMethod: requestMethod ?? null };
}
