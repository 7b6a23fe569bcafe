import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { pathOf } from '../../http/path-of.ts';
import type { Plane } from '../../plane.ts';

/** File names with a hash of their content never change. */
const hashedAssets = /\/assets\//;

/** Serves the built dashboard; any path that is no file and no API is a page of it. */
export async function dashboardRoutes(app: FastifyInstance, plane: Plane): Promise<void> {
  const folder = plane.config.dashboard === undefined ? null : resolve(plane.config.dashboard);
  if (folder === null || !existsSync(resolve(folder, 'index.html'))) {
    app.setNotFoundHandler((request) => {
      throw new ClusterError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`, {
        fix: 'the dashboard is not built; `npm run build -w web-dashboard` makes it',
      });
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    setHeaders: (reply, path) => {
      reply.header('cache-control', hashedAssets.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const isPage =
      request.method === 'GET' &&
      !/^\/(api|predict|assets)(\/|$)/.test(request.url) &&
      (request.headers.accept ?? '').includes('text/html');
    if (isPage) return reply.sendFile('index.html');
    throw new ClusterError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`);
  });
}
