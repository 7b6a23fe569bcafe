import { ClusterError } from '@cluster-ai/core/errors.ts';
import { freePorts, isPortFree } from '@cluster-ai/platform/process/ports.ts';

export interface Listener {
  readonly host: string;
  /** 0 asks for a free one. */
  readonly port: number;
  /** What listens there: `dashboard and API`. */
  readonly what: string;
  /** How to choose another: `--port`. */
  readonly flag: string;
  readonly setting: string;
}

/**
 * The ports to use: free ones where 0 was asked for.
 * @throws ClusterError ALREADY_RUNNING naming port and setting when one is taken, CONFIG_INVALID when two are the same.
 */
export async function choosePorts(listeners: readonly Listener[]): Promise<number[]> {
  const free = await freePorts('127.0.0.1', listeners.length);
  const ports = listeners.map((listener, index) => (listener.port === 0 ? (free[index] ?? 0) : listener.port));
  for (const [index, listener] of listeners.entries()) {
    const twin = listeners[ports.indexOf(listener.port)];
    if (listener.port !== 0 && twin !== undefined && twin !== listener) {
      throw new ClusterError(
        'CONFIG_INVALID',
        `port ${listener.port} is set for ${twin.what} (${twin.flag}) and for ${listener.what} (${listener.flag})`,
      );
    }
    if (await isPortFree(listener.host, ports[index] ?? 0)) continue;
    throw new ClusterError(
      'ALREADY_RUNNING',
      `port ${listener.port} for ${listener.what} is taken by another program`,
      {
        fix: `stop what listens there, or choose another port with ${listener.flag} (setting ${listener.setting})`,
      },
    );
  }
  return ports;
}
