import { openApiDocument } from '@cluster-ai/contract/api/open-api.ts';
import { getOpenApi, getOverview, whoAmI } from '@cluster-ai/contract/api/system.ts';
import type { FastifyInstance } from 'fastify';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { programVersion } from '../../program-version.ts';
import { createOverview } from './overview.ts';
import { readinessOf } from './readiness.ts';

/** Health, identity and metrics. */
export function systemRoutes(register: Register, app: FastifyInstance, plane: Plane): void {
  const overview = createOverview(plane);

  register(getOverview, () => overview());

  const openApi = { openapi: '3.1.0', ...openApiDocument(programVersion) };
  register(getOpenApi, async () => openApi);

  register(whoAmI, async ({ caller }) => ({ actor: caller.actor }));

  app.get('/livez', async () => ({ live: true }));

  app.get('/readyz', async (_request, reply) => {
    const readiness = await readinessOf(plane);
    reply.status(readiness.ready ? 200 : 503);
    return readiness;
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'read' },
    onRequest: async (request) => {
      request.principal = await plane.access.authorize('read', request);
    },
    handler: async (_request, reply) => {
      reply.type(plane.metrics.registry.contentType);
      return plane.metrics.registry.metrics();
    },
  });
}
