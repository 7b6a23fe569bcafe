import type { RequestListener } from 'node:http';
import { createServer, Server } from 'node:https';
import type { TlsIdentity } from '@cluster-ai/platform/tls/certificate.ts';
import type { FastifyInstance } from 'fastify';
import { headerBytesMax } from './broken-request.ts';

export interface TlsServerOptions {
  readonly identity: TlsIdentity;
  /** The handshake, and after it each request header, must have arrived within this time. */
  readonly headerTimeoutMs: number;
  /** A connection without a byte is closed after this time. */
  readonly silenceTimeoutMs: number;
}

/** A connection between two requests is kept for this time; that of Fastify's own servers. */
const keepAliveTimeoutMs = 72_000;

/** The server under the front door when it speaks TLS: as Fastify would make it, but one whose certificate can be changed. */
export function createTlsServer(options: TlsServerOptions, handler: RequestListener): Server {
  const { identity, headerTimeoutMs, silenceTimeoutMs } = options;
  const server = createServer(
    {
      ...identity,
      headersTimeout: headerTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headerTimeoutMs),
      maxHeaderSize: headerBytesMax,
      requireHostHeader: false,
      handshakeTimeout: headerTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      // Uploads take as long as they take.
      requestTimeout: 0,
    },
    handler,
  );
  server.setTimeout(silenceTimeoutMs);
  return server;
}

/** Shows another certificate from the next connection on; those that are open go on. */
export function setCertificate(app: FastifyInstance, identity: TlsIdentity): void {
  if (!(app.server instanceof Server)) throw new Error('the front door has no TLS');
  app.server.setSecureContext(identity);
}
