import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { FastifyInstance } from 'fastify';

/** Opens the front door. @throws ClusterError ALREADY_RUNNING when the port is taken. */
export async function listen(
  server: FastifyInstance,
  address: { host: string; port: number },
  log: Logger,
): Promise<void> {
  const { host, port } = address;
  try {
    log.info({ url: await server.listen({ host, port }) }, 'front door open');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new ClusterError('ALREADY_RUNNING', `port ${port} on ${host} is taken (http.port)`, {
        cause,
        fix: 'stop what listens there, or set another port',
      });
    }
    throw cause;
  }
}

/** Answers what has arrived, then closes; what takes longer than `drainTimeoutMs` is cut. */
export async function closeServer(server: FastifyInstance, drainTimeoutMs: number, log: Logger): Promise<void> {
  const timer = setTimeout(() => {
    log.warn({ drainTimeoutMs }, 'requests that did not end in time were cut');
    server.server.closeAllConnections();
  }, drainTimeoutMs);
  await server.close();
  clearTimeout(timer);
}
