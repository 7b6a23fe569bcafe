import type { AddressInfo, Server } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { EdgeOptions } from './edge.ts';

type ListenerOptions = Pick<EdgeOptions, 'listenerId' | 'host' | 'port' | 'reusePort' | 'onDefect'>;

/**
 * Begins to listen.
 * @returns the port that was taken.
 * @throws ClusterError ALREADY_RUNNING or CONFIG_INVALID, naming port and setting.
 */
export function openListener(server: Server, options: ListenerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(listenError(error, options));
    server.once('error', refuse);
    const { host, port, reusePort = false } = options;
    server.listen({ host, port, reusePort }, () => {
      server.off('error', refuse);
      // A connection that cannot be accepted, for want of file descriptors, must not end those that were.
      server.on('error', options.onDefect);
      // A TCP server's address is an object; only pipes have text.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** What a listener that cannot be opened tells: which it is, and what can be done. */
function listenError(error: NodeJS.ErrnoException, options: ListenerOptions): Error {
  if (error.code === 'EADDRINUSE') {
    return new ClusterError(
      'ALREADY_RUNNING',
      `port ${options.port} on ${options.host} is taken (listener '${options.listenerId}')`,
      {
        fix: `stop what uses it, or choose another port for the listener '${options.listenerId}'`,
      },
    );
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new ClusterError(
      'CONFIG_INVALID',
      `cannot listen on ${options.host}:${options.port} (listener '${options.listenerId}'): ${error.code}`,
    );
  }
  return error;
}
