import type { IncomingMessage, RequestListener, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { ClusterError } from '@cluster-ai/core/errors.ts';
import { createClientReader } from '@cluster-ai/platform/edge/client-address.ts';
import Fastify from 'fastify';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { auditRoutes } from './features/audit/index.ts';
import { eventRoutes } from './features/events/index.ts';
import { fleetRoutes } from './features/fleet/index.ts';
import { dashboardRoutes, proxyRoutes } from './features/front-door/index.ts';
import { keyRoutes } from './features/keys/index.ts';
import { modelRoutes } from './features/models/index.ts';
import { oidcRoutes } from './features/oidc/index.ts';
import { routeRoutes } from './features/routes/index.ts';
import { sessionRoutes } from './features/session/index.ts';
import { settingRoutes } from './features/settings/index.ts';
import { snapshotRoutes } from './features/snapshots/index.ts';
import { sourceRoutes } from './features/sources/index.ts';
import { systemRoutes } from './features/system/index.ts';
import { trafficRoutes } from './features/traffic/index.ts';
import { uploadRoutes } from './features/uploads/index.ts';
import { userRoutes } from './features/users/index.ts';
import { checkParts } from './http/check-parts.ts';
import { assertOwnHost } from './http/access.ts';
import { answerBrokenRequest, headerBytesMax, refuseConnect } from './http/broken-request.ts';
import { takeJsonAndBytes } from './http/content-types.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { anonymous } from './http/principal.ts';
import { pathOf } from './http/path-of.ts';
import { clusterErrorOf } from './http/problem.ts';
import { refuseOtherMethods } from './http/refuse-methods.ts';
import { createRegister } from './http/register-endpoint.ts';
import { keepRouteTable } from './http/route-table.ts';
import { requestIdOf } from './http/request-id.ts';
import { sendProblem } from './http/send-problem.ts';
import { refuseWhileClosing } from './http/refuse-while-closing.ts';
import { assertHead } from './http/request-head.ts';
import { closeUnusedConnections } from './http/unused-connections.ts';
import { securityHeadersFor } from './http/security-headers.ts';
import { createTlsServer } from './http/tls-server.ts';
import type { Plane } from './plane.ts';

/** JSON bodies at most; files of models are streamed and have their own limit. */
const jsonBytesMax = 1_048_576;

/** Paths that answer under every name. */
const probes = new Set(['/livez', '/readyz']);

/** The front door: API, dashboard and `/predict/*` on one origin. It does not listen yet. */
export async function buildServer(plane: Plane): Promise<FastifyInstance> {
  const { requestTimeoutMs: headerTimeoutMs, silenceTimeoutMs, connectionsMax } = plane.config.http;
  const identity = plane.certificate?.current;
  const readClient = createClientReader(plane.config.http.trustedProxies);
  const clientOf = ({ socket, headers }: IncomingMessage): Client =>
    readClient(socket, (name) => [headers[name] ?? []].flat());
  const app = Fastify({
    bodyLimit: jsonBytesMax,
    connectionTimeout: silenceTimeoutMs,
    // Uploads take as long as they take; headers do not.
    requestTimeout: 0,
    http: headerOptions(headerTimeoutMs),
    ...(identity === undefined
      ? {}
      : {
          serverFactory: (handler: RequestListener) =>
            createTlsServer({ identity, headerTimeoutMs, silenceTimeoutMs }, handler),
        }),
    requestIdHeader: false,
    genReqId: requestIdOf,
    clientErrorHandler: answerBrokenRequest,
    // What no route could be found for, because the address itself is broken: hooks do not run then.
    frameworkErrors: (error, request, reply) => {
      void reply
        .headers(securityHeadersFor(clientOf(request.raw), request.headers.host))
        .headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
      sendProblem(clusterErrorOf(error), request, reply);
    },
    logger: false,
    exposeHeadRoutes: true,
    forceCloseConnections: 'idle',
    // The framework's own answer is not of our form: see `refuseWhileClosing`.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
  });
  app.setValidatorCompiler(checkParts);
  app.setSerializerCompiler(serializerCompiler);
  takeJsonAndBytes(app);
  app.decorateRequest('principal');
  app.decorateRequest('client', {
    getter() {
      return clientOf(this.raw);
    },
  });
  guardServer(app, connectionsMax);
  keepRouteTable(app);
  addHooks(app, plane);
  refuseWhileClosing(app);
  closeUnusedConnections(app);
  allowOrigins(app, plane.config.http.cors.origins);

  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    known.set(url, new Set([...(known.get(url) ?? []), ...[method].flat()]));
  });
  const register = createRegister(app, plane);
  for (const routes of [
    auditRoutes,
    eventRoutes,
    fleetRoutes,
    keyRoutes,
    modelRoutes,
    oidcRoutes,
    routeRoutes,
    sessionRoutes,
    settingRoutes,
    snapshotRoutes,
    sourceRoutes,
    trafficRoutes,
    uploadRoutes,
    userRoutes,
  ]) {
    routes(register, plane);
  }
  systemRoutes(register, app, plane);
  await proxyRoutes(app, plane);
  refuseOtherMethods(app, new Map(known));
  await dashboardRoutes(app, plane);
  return app;
}

function headerOptions(headerTimeoutMs: number): ServerOptions {
  return {
    headersTimeout: headerTimeoutMs,
    // Node looks for late headers only this often.
    connectionsCheckingInterval: Math.min(1_000, headerTimeoutMs),
    maxHeaderSize: headerBytesMax,
    // Looked at in a hook, where the answer can say why.
    requireHostHeader: false,
  };
}

/** Limits and answers of the server under the framework. */
function guardServer({ server }: FastifyInstance, connectionsMax: number): void {
  server.maxConnections = connectionsMax;
  // Node drops headers past a count, and rules that look for a header must see all.
  server.maxHeadersCount = 0;
  server.on('connect', (_request, socket: Socket) => refuseConnect(socket));
}

function addHooks(app: FastifyInstance, plane: Plane): void {
  app.addHook('onRequest', async (request, reply) => {
    request.principal = anonymous;
    reply.headers(securityHeadersFor(request.client, request.headers.host)).header('x-request-id', request.id);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    assertHead(request.raw);
    // Probes call by whatever address they find; what they learn is no secret.
    if (!probes.has(pathOf(request.url))) {
      assertOwnHost(request, plane.hosts, request.routeOptions.config.access !== undefined);
    }
  });

  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      requestId: request.id,
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      actor: request.principal.actor,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (request.method === 'GET' || request.method === 'HEAD' || request.url === '/api/v1/fleet/report') {
      plane.log.debug(fields, 'request');
    } else plane.log.info(fields, 'request');
  });

  app.setErrorHandler((thrown: Error, request, reply) => {
    const error: ClusterError = clusterErrorOf(thrown);
    if (error.httpStatus >= 500) {
      plane.log[error.code === 'INTERNAL' ? 'error' : 'warn'](
        { requestId: request.id, method: request.method, path: pathOf(request.url), error },
        'request failed',
      );
    }
    return sendProblem(error, request, reply);
  });
}
