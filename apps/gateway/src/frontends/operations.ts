import type { CallHandler } from '@cluster-ai/platform/edge/edge.ts';

/** Prometheus' text format. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

export interface OperationsOptions {
  /** Why the gateway is not ready; empty when it is. */
  readonly reasons: () => readonly string[];
  readonly metrics: () => string;
}

/** The internal listener: `/metrics`, `/livez` and `/readyz`. Only a trusted network reaches it, so it asks for no key. */
export function createOperationsFrontEnd(options: OperationsOptions): CallHandler {
  return async (call, reply) => {
    const path = call.rawPath.split('?', 1)[0];
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return reply.send(
        405,
        [
          ['Content-Type', 'text/plain'],
          ['Allow', 'GET, HEAD'],
        ],
        'Method Not Allowed\n',
      );
    }
    if (path === '/metrics') {
      return reply.send(200, [['Content-Type', metricsContentType]], options.metrics());
    }
    // Liveness is that the event loop answers; everything else is readiness.
    if (path === '/livez') return reply.send(200, [['Content-Type', 'text/plain']], 'ok\n');
    if (path === '/readyz') {
      const reasons = options.reasons();
      return reply.send(
        reasons.length === 0 ? 200 : 503,
        [['Content-Type', 'application/json']],
        `${JSON.stringify({ ready: reasons.length === 0, reasons })}\n`,
      );
    }
    reply.send(404, [['Content-Type', 'text/plain']], 'Not Found: this listener has /metrics, /livez and /readyz\n');
  };
}
