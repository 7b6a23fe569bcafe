import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Ports that this process has claimed for programs under it. */
export interface PortClaim {
  release(): void;
}

/**
 * Claims ports that several gateways will share. The kernel lets any process of the same user join a shared port, so a
 * second platform would join it without a word, and take half of the connections. What both can see is a unix socket in
 * the abstract namespace: it lives where the ports live, it can be bound once, and it ends with its process.
 * @throws ClusterError ALREADY_RUNNING naming the port, PREREQUISITE_MISSING where ports cannot be shared.
 */
export async function claimPorts(ports: readonly number[]): Promise<PortClaim> {
  if (process.platform !== 'linux') {
    throw new ClusterError('PREREQUISITE_MISSING', 'several gateways share a port on Linux only', {
      fix: 'start one: --gateways 1',
    });
  }
  const servers: Server[] = [];
  const release = (): void => servers.forEach((server) => server.close());
  try {
    for (const port of ports) servers.push(await claim(port));
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

async function claim(port: number): Promise<Server> {
  // Whoever asks who holds it learns the process.
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).end(`pid ${process.pid}\n`));
  try {
    server.listen({ path: `\0cluster-ai-shared-port-${process.getuid?.() ?? 0}-${port}` });
    await once(server, 'listening');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new ClusterError('ALREADY_RUNNING', `port ${port} is shared by the gateways of another \`cluster-ai up\``, {
      cause,
      fix: 'stop that one, or choose other ports with --gateway-port and --grpc-port',
    });
  }
  return server.unref();
}
