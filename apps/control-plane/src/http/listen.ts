import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyInstance } from 'fastify';
import type { Plane } from '../plane.ts';
import { setCertificate } from './tls-server.ts';

/** Opens the front door. @throws ClusterError ALREADY_RUNNING when the port is taken. */
export async function listen({ config, certificate, log }: Plane, server: FastifyInstance): Promise<void> {
  const { host, port } = config.http;
  try {
    const address = await server.listen({ host, port });
    log.info({ url: certificate === null ? address : address.replace(/^http:/, 'https:') }, 'front door open');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new ClusterError('ALREADY_RUNNING', `port ${port} on ${host} is taken (http.port)`, {
        cause,
        fix: 'stop what listens there, or set another port',
      });
    }
    if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
      throw new ClusterError('CONFIG_INVALID', `cannot listen on ${host}:${port} (http.host, http.port): ${code}`, {
        cause,
      });
    }
    throw cause;
  }
  // A connection that cannot be accepted, for want of file descriptors, must not end those that were.
  server.server.on('error', (error) => log.error({ error }, 'a connection could not be accepted'));
  certificate?.start((renewed) => setCertificate(server, renewed));
}

/** Answers what has arrived, then closes; what takes longer than the drain timeout is cut. */
export async function closeServer({ config, certificate, log }: Plane, server: FastifyInstance): Promise<void> {
  certificate?.stop();
  const { drainTimeoutMs } = config.shutdown;
  const timer = setTimeout(() => {
    log.warn({ drainTimeoutMs }, 'requests that did not end in time were cut');
    server.server.closeAllConnections();
  }, drainTimeoutMs);
  await server.close();
  clearTimeout(timer);
}
