import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, CallHandler, Reply } from '@cluster-ai/platform/edge/edge.ts';

/** Counters and switches that tests look at while calls are being answered. */
export interface HandlerState {
  /** Paths in the order in which their calls began. */
  readonly began: string[];
  readonly cancelled: string[];
  readonly defects: unknown[];
  /** Bytes that `/stream` has written so far. */
  streamedBytes: number;
  /** Lets all calls to `/held…` go on. */
  readonly release: () => void;
  /** Resolves once a call to this path has begun. */
  readonly hasBegun: (path: string) => Promise<void>;
  /** Resolves once the call to this path was cancelled. */
  readonly wasCancelled: (path: string) => Promise<void>;
}

export const streamChunkBytes = 65_536;
export const streamChunks = 256;

/**
 * A small front end with a path for each behaviour: `/echo` sends the body back, `/seen` what the call says of itself,
 * `/held…` waits for `release()`, `/unread` answers 401 without reading, `/stream` sends 16 MiB with back-pressure and a
 * trailer, `/defect` rejects, `/defect/half` in the middle of its answer.
 */
export function createTestHandler(): { readonly handler: CallHandler; readonly state: HandlerState } {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const began: string[] = [];
  const cancelled: string[] = [];
  const state: HandlerState = {
    began,
    cancelled,
    defects: [],
    streamedBytes: 0,
    release,
    hasBegun: (path) => listed(began, path),
    wasCancelled: (path) => listed(cancelled, path),
  };
  const handler: CallHandler = async (call, reply) => {
    began.push(call.rawPath);
    call.onCancel(() => cancelled.push(call.rawPath));
    try {
      if (call.rawPath === '/unread') return reply.send(401, [], 'no');
      if (call.rawPath === '/seen') return reply.send(200, [['Content-Type', 'application/json']], describe(call));
      if (call.rawPath === '/stream') return await stream(reply, state);
      const body = await call.body();
      if (call.rawPath.startsWith('/held')) await released;
      const headers = [
        ['Content-Type', 'application/octet-stream'],
        ['X-Path', call.rawPath],
      ] as const;
      if (call.rawPath === '/defect/half') reply.start(200, headers);
      else reply.send(200, headers, body);
    } catch (thrown) {
      const error = toClusterError(thrown);
      reply.send(error.httpStatus, [['Content-Type', 'application/json']], JSON.stringify({ error: error.message }));
    }
    if (call.rawPath.startsWith('/defect')) throw new Error('a defect of the handler');
  };
  return { handler, state };
}

async function stream(reply: Reply, state: HandlerState): Promise<void> {
  const chunk = new Uint8Array(streamChunkBytes).fill(7);
  reply.start(200, [['Trailer', 'X-Sum']]);
  for (let index = 0; index < streamChunks; index += 1) {
    state.streamedBytes += chunk.byteLength;
    if (!reply.write(chunk)) await reply.drained();
  }
  reply.end([['X-Sum', String(state.streamedBytes)]]);
}

function describe(call: Call): string {
  const { method, rawPath, headers, listenerId, remoteAddress, localAddress } = call;
  return JSON.stringify({
    method,
    rawPath,
    headers,
    listenerId,
    remoteAddress,
    localAddress,
    first: call.header('x-twice'),
    missing: call.header('x-missing'),
  });
}

async function listed(list: readonly string[], entry: string): Promise<void> {
  const endsAtMs = performance.now() + 20_000;
  while (!list.includes(entry)) {
    if (performance.now() > endsAtMs) throw new Error(`${entry} did not appear among ${list.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
