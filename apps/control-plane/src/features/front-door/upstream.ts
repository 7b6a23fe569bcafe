import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';

/** The gateway behind the front door. */
export interface Upstream {
  readonly origin: string;
  /** Begins a request on one of the connections that are kept. */
  request(options: Pick<RequestOptions, 'method' | 'path' | 'headers' | 'timeout'>): ClientRequest;
  close(): void;
}

const connections = { keepAlive: true, maxSockets: 256 };

/** @throws ClusterError CONFIG_INVALID for an address that is none, and a CA file that cannot be used. */
export function createUpstream(gateway: { readonly url: string; readonly caFile?: string | undefined }): Upstream {
  const target = URL.parse(gateway.url);
  if (target === null || (target.protocol !== 'http:' && target.protocol !== 'https:')) {
    throw new ClusterError('CONFIG_INVALID', `gateway.url: ${JSON.stringify(gateway.url)} is no address of a gateway`, {
      fix: 'write http://127.0.0.1:8000 or https://gateway.example.com:8000',
    });
  }
  // An address of IPv6 stands in brackets there, and nowhere else.
  const where = { host: target.hostname.replace(/^\[(.*)\]$/, '$1'), port: target.port };
  if (target.protocol === 'http:') {
    const agent = new Agent(connections);
    return {
      origin: target.origin,
      request: (options) => httpRequest({ ...options, ...where, agent }),
      close: () => agent.destroy(),
    };
  }
  const caFiles = gateway.caFile === undefined ? null : new CaFiles('gateway.caFile', [gateway.caFile]);
  const agent = new TlsAgent(connections);
  return {
    origin: target.origin,
    request: (options) => httpsRequest({ ...options, ...where, agent, ...caFiles?.options() }),
    close: () => agent.destroy(),
  };
}
