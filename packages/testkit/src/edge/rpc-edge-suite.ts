import type { RpcEdgeOptions, StartRpcEdge } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { TlsIdentity } from '@cluster-ai/platform/tls/certificate.ts';
import { afterEach, describe } from 'vitest';
import { RpcClient } from '../rpc-client.ts';
import { testRpcCalls, testRpcLeaving, testRpcStreams } from './rpc-call-tests.ts';
import { testRpcClosing, testRpcListening } from './rpc-closing-tests.ts';
import { testRpcLimits } from './rpc-limit-tests.ts';
import { callUnread, createRpcHandler, openSocket, testPaths, type RpcStage } from './rpc-stage.ts';

const limits = {
  listenerId: 'test',
  host: '127.0.0.1',
  port: 0,
  paths: testPaths,
  messageBytesMax: 100_000,
  headerBytesMax: 4_096,
  connectionsMax: 1_000,
  streamsMax: 100,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
};

/**
 * Holds a server of remote procedure calls to the behaviour of `rpc-edge.ts`, with a real client.
 * @param tls the server speaks TLS with this certificate, and all the same holds.
 */
export function testRpcEdge(name: string, startEdge: StartRpcEdge, tls?: TlsIdentity): void {
  const undo: (() => unknown)[] = [];

  async function start(changed: Partial<RpcEdgeOptions> = {}): Promise<RpcStage> {
    const { handler, seen } = createRpcHandler();
    const options = { ...limits, tls, onDefect: (error: unknown) => seen.defects.push(error), ...changed };
    const edge = await startEdge(options, handler);
    undo.push(() => edge.close(0));
    const connectClient = (): RpcClient => {
      const client = new RpcClient(`localhost:${edge.port}`, tls === undefined ? {} : { ca: tls.cert });
      undo.push(() => client.close());
      return client;
    };
    const open = async () => {
      const socket = await openSocket(edge.port);
      undo.push(() => socket.destroy());
      return socket;
    };
    const leaveUnread = (messageBytes: number): void => {
      undo.push(callUnread(edge.port, tls?.cert, messageBytes));
    };
    return { edge, seen, client: connectClient(), connectClient, open, callUnread: leaveUnread };
  }

  describe(`calls over ${name}`, () => {
    afterEach(async () => {
      for (const step of undo.splice(0).toReversed()) await step();
    });
    describe('messages', () => {
      testRpcCalls(start);
    });
    describe('streams', () => {
      testRpcStreams(start);
    });
    describe('limits', () => {
      testRpcLimits(start);
    });
    describe('clients that leave', () => {
      testRpcLeaving(start);
    });
    describe('closing', () => {
      testRpcClosing(start);
    });
    describe('listening', () => {
      testRpcListening(start);
    });
  });
}
