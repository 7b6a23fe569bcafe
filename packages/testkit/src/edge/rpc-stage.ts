import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Edge } from '@cluster-ai/platform/edge/edge.ts';
import type { RpcCall, RpcEdgeOptions, RpcHandler } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { RpcClient } from '../rpc-client.ts';

/** The methods of the handler. */
export const testPaths = ['Echo', 'Held', 'Refuse', 'Break', 'Stream'].map((method) => `/test.Test/${method}`);

/** An edge with the handler of the tests, and a client of it. */
export interface RpcStage {
  readonly edge: Edge;
  readonly seen: Seen;
  readonly client: RpcClient;
  readonly connectClient: () => RpcClient;
  /** A connection on which nothing is said. */
  readonly open: () => Promise<Socket>;
  /** Sends a message of this size to be echoed, and reads nothing. */
  readonly callUnread: (messageBytes: number) => void;
}

export type StartRpc = (changed?: Partial<RpcEdgeOptions>) => Promise<RpcStage>;

/** What the handler has seen. */
export interface Seen {
  readonly calls: RpcCall[];
  readonly cancelled: string[];
  readonly failures: string[];
  readonly defects: unknown[];
  release: () => void;
}

/** Answers the calls of the tests, and remembers them. */
export function createRpcHandler(): { readonly handler: RpcHandler; readonly seen: Seen } {
  const held = Promise.withResolvers<void>();
  const seen: Seen = { calls: [], cancelled: [], failures: [], defects: [], release: () => held.resolve() };
  const methods: Readonly<Record<string, RpcHandler>> = {
    Echo: async (call, reply) => {
      reply.send(await call.body());
      reply.end({ code: 'OK', message: '' }, [['x-said', call.header('x-say') ?? '']]);
    },
    Held: async (call, reply) => {
      const body = await call.body();
      await held.promise;
      reply.send(body);
      reply.end({ code: 'OK', message: '' });
    },
    Refuse: async (_call, reply) => reply.end({ code: 'PERMISSION_DENIED', message: 'não, 100 %' }, [['x-why', 'so']]),
    Break: async () => {
      throw new Error('a defect');
    },
    Stream: async (call, reply) => {
      call.onClosing(() => reply.end({ code: 'UNAVAILABLE', message: 'closing' }));
      for (let message = await call.next(); message !== null; message = await call.next()) {
        if (!reply.send(message)) await reply.drained();
      }
      reply.end({ code: 'OK', message: '' });
    },
  };
  const handler: RpcHandler = async (call, reply) => {
    seen.calls.push(call);
    call.onCancel(() => seen.cancelled.push(call.path));
    try {
      await methods[call.path.split('/').at(-1) ?? '']?.(call, reply);
    } catch (thrown) {
      const error = toClusterError(thrown);
      if (error.code === 'INTERNAL') throw thrown;
      seen.failures.push(error.code);
      reply.end({ code: 'FAILED_PRECONDITION', message: error.message });
    }
  };
  return { handler, seen };
}

/** Sends a message to be echoed to a server of which nothing is read. @returns what ends the connection. */
export function callUnread(port: number, ca: string | undefined, messageBytes: number): () => void {
  const session = connectHttp2(`${ca === undefined ? 'http' : 'https'}://localhost:${port}`, { ca });
  session.on('error', () => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': '/test.Test/Echo',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => stream.destroy());
  const frame = Buffer.alloc(5 + messageBytes);
  frame.writeUInt32BE(messageBytes, 1);
  stream.end(frame);
  return () => session.destroy();
}

/** A connection on which nothing is said. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

export function whenClosed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
}
