import type { Edge, EdgeOptions, StartEdge } from '@cluster-ai/platform/edge/edge.ts';
import type { TlsIdentity } from '@cluster-ai/platform/tls/certificate.ts';
import { afterEach, describe } from 'vitest';
import { testDraining, testListening, testRefusing } from './closing-tests.ts';
import type { Stage } from './edge-stage.ts';
import { testSizes, testTimes, testUnreadAnswers } from './limit-tests.ts';
import { testGarbage, testLeaving } from './misbehaviour-tests.ts';
import { RawClient } from './raw-client.ts';
import { testBodies, testRequests } from './request-tests.ts';
import { testStreams } from './stream-tests.ts';
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
  requests: testRequests,
  bodies: testBodies,
  sizes: testSizes,
  times: testTimes,
  'unread answers': testUnreadAnswers,
  garbage: testGarbage,
  'clients that leave': testLeaving,
  streams: testStreams,
  draining: testDraining,
  refusing: testRefusing,
  listening: testListening,
};

/**
 * Holds a server to the behaviour of `edge.ts`, byte by byte on raw sockets.
 * @param tls the server speaks TLS with this certificate, and all the same holds.
 */
export function testEdge(name: string, startEdge: StartEdge, tls?: TlsIdentity): void {
  const open: { readonly edge: Edge; readonly clients: RawClient[] }[] = [];

  async function start(changed: Partial<EdgeOptions> = {}): Promise<Stage> {
    const { handler, state } = createTestHandler();
    const edge = await startEdge(
      { ...limits, tls, onDefect: (error) => state.defects.push(error), ...changed },
      handler,
    );
    const clients: RawClient[] = [];
    open.push({ edge, clients });
    const client = async (): Promise<RawClient> => {
      const made = await RawClient.connect(edge.port, tls?.cert);
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
