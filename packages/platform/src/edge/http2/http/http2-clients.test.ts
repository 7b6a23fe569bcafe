import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { testHttp2Edge } from '@cluster-ai/testkit/edge/http2-edge-suite.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import type { StartEdge } from '../../edge.ts';
import { openListener } from '../../open-listener.ts';
import { Http2Clients } from './http2-clients.ts';

/** The least that these clients need of a listener: what takes HTTP/1.1 as well has tests of its own. */
const startEdge: StartEdge = async (options, handler) => {
  const clients = new Http2Clients(options, handler);
  const accept = (socket: Socket): void => clients.accept(socket);
  const { tls } = options;
  const server = tls === undefined ? createServer(accept) : createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, accept);
  const port = await openListener(server, options);
  const sweeper = setInterval(() => clients.sweep(performance.now()), 100);
  return {
    host: options.host,
    port,
    setTls: () => undefined,
    close: async (drainTimeoutMs) => {
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      const closed = new Promise((resolve) => server.close(resolve));
      clients.drain();
      await Promise.race([closed, delay(drainTimeoutMs, undefined, { ref: false })]);
      clearInterval(sweeper);
      return clients.cut();
    },
  };
};

testHttp2Edge('HTTP/2 in plain text', startEdge);
testHttp2Edge('HTTP/2 over TLS', startEdge, { ...selfSignedCertificate(), minVersion: 'TLSv1.2' });
