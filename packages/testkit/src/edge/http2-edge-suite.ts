import type { Edge, EdgeOptions, StartEdge } from '@cluster-ai/platform/edge/edge.ts';
import type { TlsIdentity } from '@cluster-ai/platform/tls/certificate.ts';
import { afterEach, describe } from 'vitest';
import { testHttp2Closing, testHttp2Leaving } from './http2-closing-tests.ts';
import { testHttp2Sizes, testHttp2Times } from './http2-limit-tests.ts';
import { testHttp2Bodies, testHttp2Requests, testHttp2Streams } from './http2-request-tests.ts';
import { Http2Client, type Http2Stage } from './http2-stage.ts';
import { createTestHandler } from './test-handler.ts';

const limits = {
  listenerId: 'test',
  host: '127.0.0.1',
  port: 0,
  bodyBytesMax: 100_000,
  headerBytesMax: 8_192,
  connectionsMax: 1_000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
};

const areas = {
  requests: testHttp2Requests,
  bodies: testHttp2Bodies,
  sizes: testHttp2Sizes,
  times: testHttp2Times,
  streams: testHttp2Streams,
  'clients that leave': testHttp2Leaving,
  closing: testHttp2Closing,
};

/**
 * Holds a server to the behaviour of `edge.ts` when its clients speak HTTP/2: what `testEdge` asks for over HTTP/1.1, as far
 * as it means something here.
 * @param tls the server speaks TLS with this certificate, and agrees on HTTP/2 in the handshake; without it, clients know.
 */
export function testHttp2Edge(name: string, startEdge: StartEdge, tls?: TlsIdentity): void {
  const open: { readonly edge: Edge; readonly clients: Http2Client[] }[] = [];

  async function start(changed: Partial<EdgeOptions> = {}): Promise<Http2Stage> {
    const { handler, state } = createTestHandler();
    const edge = await startEdge(
      { ...limits, tls, onDefect: (error) => state.defects.push(error), ...changed },
      handler,
    );
    const clients: Http2Client[] = [];
    open.push({ edge, clients });
    const client = async (): Promise<Http2Client> => {
      const made = await Http2Client.connect(edge.port, tls?.cert);
      clients.push(made);
      return made;
    };
    return { edge, state, client };
  }

  afterEach(async () => {
    for (const { edge, clients } of open.splice(0)) {
      for (const client of clients) client.destroy();
      await edge.close(0);
    }
  });

  for (const [area, testArea] of Object.entries(areas)) {
    describe(`${name}: ${area}`, () => {
      testArea(start);
    });
  }
}
