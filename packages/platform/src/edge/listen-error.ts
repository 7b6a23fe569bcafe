import { ClusterError } from '@cluster-ai/core/errors.ts';

interface ListenPlace {
  readonly listenerId: string;
  readonly host: string;
  readonly port: number;
}

/** What a listener that cannot be opened tells: which it is, and what can be done. */
export function listenError(error: NodeJS.ErrnoException, options: ListenPlace): Error {
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
