import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from '../../http/path-of.ts';
import type { Plane } from '../../plane.ts';

/** File names with a hash of their content never change. */
const hashedAssets = /\/assets\//;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Serves the built dashboard; any path that is no file and no API is a page of it. */
export async function dashboardRoutes(app: FastifyInstance, plane: Plane): Promise<void> {
  const folder = plane.config.dashboard === undefined ? null : resolve(plane.config.dashboard);
  if (folder === null || !existsSync(resolve(folder, 'index.html'))) {
    app.setNotFoundHandler((request) => {
      assertKnownMethod(request);
      throw new ClusterError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`, {
        fix: 'the dashboard is not built; `npm run build -w web-dashboard` makes it',
      });
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      reply.header('cache-control', hashedAssets.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    assertKnownMethod(request);
    const isPage =
      request.method === 'GET' &&
      !/^\/(api|predict|assets)(\/|$)/.test(request.url) &&
      (request.headers.accept ?? '').includes('text/html');
    if (isPage) return reply.sendFile('index.html');
    throw new ClusterError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`);
  });
}

/** The framework has no routes for TRACE and the rest. @throws ClusterError UNSUPPORTED. */
function assertKnownMethod({ method }: FastifyRequest): void {
  if (!methods.has(method)) throw new ClusterError('UNSUPPORTED', `the method ${method} is not supported`);
}
