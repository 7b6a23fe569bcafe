import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { assertMayListen } from '@cluster-ai/platform/tls/listener-rule.ts';
import { pathOf } from '../../http/path-of.ts';
import type { Plane } from '../../plane.ts';
import { readinessOf } from './readiness.ts';

/** Scrapers and probes are few; whoever opens more is none. */
const connectionsMax = 64;
const requestTimeoutMs = 10_000;

/**
 * The internal listener: `/metrics`, `/livez` and `/readyz`, for a network that only the monitoring reaches, so it asks
 * for no key. None unless `metrics.port` is set.
 * @throws ClusterError CONFIG_INVALID for an address that other machines can reach, unless the settings say that this is meant.
 */
export function metricsListenerPhases(plane: Plane): Phase[] {
  const { port, host } = plane.config.metrics;
  if (port === undefined) return [];
  assertMayListen('metrics', plane.config.metrics);
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs });
  server.maxConnections = connectionsMax;
  server.on('request', (request, response) => {
    answer(plane, request, response).catch((error: unknown) => {
      plane.log.error({ error }, 'the metrics listener could not answer');
      response.destroy();
    });
  });
  return [phaseOf(plane, server, host, port)];
}

function phaseOf(plane: Plane, server: Server, host: string, port: number): Phase {
  return {
    name: 'metrics listener',
    why: 'probes must see a control plane that is starting, and one that is draining',
    stopTimeoutMs: 2_000,
    start: async () => {
      server.listen(port, host);
      try {
        await once(server, 'listening');
      } catch (cause) {
        const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
        throw new ClusterError(
          'CONFIG_INVALID',
          `cannot listen on ${host}:${port} (metrics.host, metrics.port): ${reason}`,
          {
            cause,
          },
        );
      }
      server.on('error', (error) => plane.log.error({ error }, 'a connection for metrics could not be accepted'));
      plane.log.info({ address: server.address() }, 'metrics listener open');
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(plane: Plane, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('Method Not Allowed\n');
    return;
  }
  const path = pathOf(request.url ?? '/');
  if (path === '/metrics') {
    const { registry } = plane.metrics;
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
    return;
  }
  if (path === '/livez') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"live":true}\n');
    return;
  }
  if (path === '/readyz') {
    const readiness = await readinessOf(plane);
    response
      .writeHead(readiness.ready ? 200 : 503, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(readiness)}\n`);
    return;
  }
  response
    .writeHead(404, { 'content-type': 'text/plain' })
    .end('Not Found: this listener has /metrics, /livez and /readyz\n');
}
