import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyInstance, HTTPMethods } from 'fastify';

const methods: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Answers METHOD_NOT_ALLOWED, with `Allow`, for each known path and a method that it does not have. */
export function refuseOtherMethods(app: FastifyInstance, known: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, allowed] of known) {
    const allow = [...allowed].toSorted().join(', ');
    app.route({
      method: methods.filter((method) => !allowed.has(method)),
      url,
      // Before the body: what it holds does not matter.
      onRequest: async (request, reply) => {
        reply.header('allow', allow);
        throw new ClusterError(
          'METHOD_NOT_ALLOWED',
          `${request.method} is not a method of this path; it takes ${allow}`,
        );
      },
      handler: async () => undefined,
    });
  }
}
