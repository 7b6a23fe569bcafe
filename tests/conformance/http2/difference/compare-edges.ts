import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Edge, Headers } from '@cluster-ai/platform/edge/edge.ts';
import { startGrpcEdge } from '@cluster-ai/platform/edge/grpc/grpc-edge.ts';
import { startGrpcJsEdge } from '@cluster-ai/platform/edge/grpc-js-edge.ts';
import type { RpcHandler, StartRpcEdge } from '@cluster-ai/platform/edge/rpc-edge.ts';
import fc from 'fast-check';
import { isExplained } from './explained.ts';
import { bytesOf, messageBytesMax, paths, script, type Script } from './call-script.ts';
import { verdictsOf, type Verdict } from './verdict.ts';

interface Side {
  readonly edge: Edge;
  readonly seen: Headers[];
}

/**
 * Sends the same bytes to our own server and to grpc-js, and compares what their clients see and their handlers hear.
 * @returns how many connections were compared.
 * @throws Error with the smallest script for which they differ without a reason that is known.
 */
export async function compareEdges(seconds: number, seed: number): Promise<number> {
  const own = await start(startGrpcEdge);
  const oracle = await start(startGrpcJsEdge);
  let compared = 0;
  try {
    await fc.assert(
      fc.asyncProperty(script, async (one) => {
        compared += 1;
        const difference = await differenceOf(numbered(one, compared), own, oracle);
        if (difference !== null) throw new Error(difference);
      }),
      { seed, numRuns: 1_000_000_000, plugins: [fc.interruptAfterTimeLimit(seconds * 1_000)] },
    );
  } finally {
    await Promise.all([own.edge.close(0), oracle.edge.close(0)]);
  }
  return compared;
}

/** Names the connection in each of its calls: a handler may hear of a call of an earlier one late. */
const connectionHeader = 'x-connection';

function numbered(one: Script, connection: number): Script {
  const mark: [string, string] = [connectionHeader, String(connection)];
  return { ...one, calls: one.calls.map((call) => ({ ...call, metadata: [...call.metadata, mark] })) };
}

function isOf({ calls }: Script, headers: Headers): boolean {
  const mark = calls[0]?.metadata.at(-1)?.[1];
  return headers.some(([name, value]) => name === connectionHeader && value === mark);
}

async function differenceOf(one: Script, own: Side, oracle: Side): Promise<string | null> {
  const bytes = bytesOf(one);
  const streams = one.calls.flatMap(({ end }, index) => (end === 'reset' ? [] : [1 + 2 * index]));
  const [ours, theirs] = await Promise.all(
    [own, oracle].map(({ edge }) => verdictsOf(edge.port, bytes, one.cuts, streams)),
  );
  const heard = [own, oracle].map(({ seen }) =>
    seen
      .splice(0)
      .filter((headers) => isOf(one, headers))
      .map(namesAndValues)
      .toSorted(),
  );
  let alike = streams.length === one.calls.length;
  for (const id of streams) {
    const call = one.calls[(id - 1) / 2];
    const [a, b] = [ours?.get(id), theirs?.get(id)].map(plain);
    alike &&= a === b && call?.trouble === null;
    if (a !== b && call !== undefined && !isExplained(call, a ?? '', b ?? '')) {
      return `stream ${id}: ours ${a}, grpc-js ${b}: ${JSON.stringify(call)}`;
    }
  }
  const [us = [], them = []] = heard;
  // Of calls that were reset, or refused for a reason that is explained, one server may have heard and the other not.
  const differ = alike && us.length === them.length && us.join() !== them.join();
  return differ ? `handlers: ours ${us.join(' ')}, grpc-js ${them.join(' ')}` : null;
}

/** What came before an error is a matter of time. */
function plain(verdict: Verdict | undefined): string {
  if (verdict === undefined || !verdict.ended) return 'nothing';
  if (verdict.status === null) return 'reset';
  return verdict.status === '0' ? `OK after ${verdict.bytes} bytes` : verdict.status;
}

/** Those that grpc-js lets through: it drops others, reads binary ones, and joins those that come again. */
function namesAndValues(headers: Headers): string {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    if (!/^[a-z0-9_.-]+$/.test(name) || name.endsWith('-bin')) continue;
    const before = joined.get(name);
    const separator = name === 'cookie' ? '; ' : ', ';
    joined.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  return [...joined]
    .filter(([, value]) => /^[\x20-\x7e]+$/.test(value))
    .map(([name, value]) => `${name}=${value.replaceAll(' ', '')}`)
    .toSorted()
    .join('|');
}

async function start(startEdge: StartRpcEdge): Promise<Side> {
  const seen: Headers[] = [];
  const options = {
    listenerId: 'test',
    host: '127.0.0.1',
    port: 0,
    paths,
    messageBytesMax,
    headerBytesMax: 8_192,
    connectionsMax: 1_000,
    streamsMax: 100,
    requestTimeoutMs: 10_000,
    answerTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    onDefect: (error: unknown) => {
      throw error;
    },
  };
  const handler: RpcHandler = async (call, reply) => {
    seen.push(call.headers);
    try {
      if (call.path === '/test.Test/Refuse') {
        reply.end({ code: 'PERMISSION_DENIED', message: 'no' });
        return;
      }
      if (call.path === '/test.Test/Echo') reply.send(await call.body());
      else for (let next = await call.next(); next !== null; next = await call.next()) reply.send(next);
      reply.end({ code: 'OK', message: '' });
    } catch (thrown) {
      reply.end({ code: 'FAILED_PRECONDITION', message: toClusterError(thrown).message });
    }
  };
  return { edge: await startEdge(options, handler), seen };
}
