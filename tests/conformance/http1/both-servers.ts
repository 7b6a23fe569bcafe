import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, CallHandler, Edge, EdgeOptions, Headers, StartEdge } from '@cluster-ai/platform/edge/edge.ts';
import { startNodeHttpEdge } from '@cluster-ai/platform/edge/node-http-edge.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import { readAnswers, type Observed } from './observed.ts';
import { sendPieces } from './send-pieces.ts';

const limits = { bodyBytesMax: 100_000, headerBytesMax: 8_192 };

/** One server, and a way to learn what it makes of bytes. */
export interface WatchedServer {
  /** Sends the pieces one after another over a connection of its own, closes the sending half, and waits for the end. */
  ask(pieces: readonly Uint8Array[]): Promise<Observed>;
  close(): Promise<void>;
}

/** @returns both servers, behind the same handler. */
export async function startBoth(): Promise<{ readonly own: WatchedServer; readonly node: WatchedServer }> {
  return { own: await watch(startOwnHttpEdge), node: await watch(startNodeHttpEdge) };
}

async function watch(startEdge: StartEdge): Promise<WatchedServer> {
  let requests: (string | null)[] = [];
  const defects: unknown[] = [];
  const handler: CallHandler = async (call, reply) => {
    const place = requests.push(null) - 1;
    // Whoever takes the answers apart must know which of them has no body.
    const headers: Headers = [['X-Method', call.method]];
    try {
      const body = await call.body();
      requests[place] = textOf(call, body);
      reply.send(200, headers, body);
    } catch (thrown) {
      const error = toClusterError(thrown);
      reply.send(error.httpStatus, headers, error.message);
    }
  };
  const edge: Edge = await startEdge(optionsWith(defects), handler);
  return {
    async ask(pieces) {
      requests = [];
      const received = await sendPieces(edge.port, pieces);
      if (defects.length > 0) throw new Error('a defect of the server', { cause: defects[0] });
      const whole = requests.filter((request) => request !== null);
      return {
        requests: whole,
        unfinished: requests.length - whole.length,
        ...readAnswers(received.bytes),
        ended: received.ended,
      };
    },
    async close() {
      await edge.close(0);
    },
  };
}

function optionsWith(defects: unknown[]): EdgeOptions {
  return {
    listenerId: 'watched',
    host: '127.0.0.1',
    port: 0,
    ...limits,
    connectionsMax: 100,
    requestTimeoutMs: 20_000,
    answerTimeoutMs: 20_000,
    idleTimeoutMs: 20_000,
    onDefect: (error) => defects.push(error),
  };
}

/** Everything that a handler learns of a call, short. */
function textOf({ method, rawPath, headers }: Call, body: Uint8Array): string {
  const fields = headers.map(([name, value]) => `${name}: ${value}`).join('; ');
  return `${method} ${rawPath} [${fields}] ${Buffer.from(body).toString('latin1')}`;
}
