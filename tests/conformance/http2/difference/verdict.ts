import { HeaderDecoder } from '@cluster-ai/platform/edge/http2/hpack/header-decoder.ts';
import { flags, frameTypes } from '@cluster-ai/platform/edge/http2/protocol.ts';
import { RawHttp2 } from '@cluster-ai/testkit/edge/raw-http2.ts';

/** What a client saw of one call. */
export interface Verdict {
  /** Status of gRPC, or of HTTP where there is none; null when there is neither. */
  status: string | null;
  /** Length of what came before it. */
  bytes: number;
  ended: boolean;
}

/** For each call what came of it at last; streams that their client has reset are not looked at. */
const waitMs = 3_000;

/** Sends the bytes in pieces on a connection of their own. @param streams that must come to an end. */
export async function verdictsOf(
  port: number,
  bytes: Buffer,
  cuts: readonly number[],
  streams: readonly number[],
): Promise<Map<number, Verdict>> {
  const client = await RawHttp2.open(port);
  try {
    let at = 0;
    for (const cut of cuts) {
      client.send(bytes.subarray(at, at + cut));
      at += cut;
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send(bytes.subarray(at));
    const until = performance.now() + waitMs;
    const isOver = (): boolean => {
      const seen = read(client);
      return client.isClosed || streams.every((id) => seen.get(id)?.ended === true);
    };
    while (!isOver() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 1));
    return read(client);
  } finally {
    client.destroy();
  }
}

function read({ frames }: RawHttp2): Map<number, Verdict> {
  const decoder = new HeaderDecoder(4_096, 100_000);
  const verdicts = new Map<number, Verdict>();
  for (const { type, flags: bits, streamId, payload } of frames) {
    if (streamId === 0) continue;
    const verdict = verdicts.get(streamId) ?? { status: null, bytes: 0, ended: false };
    verdicts.set(streamId, verdict);
    if (type === frameTypes.data) verdict.bytes += payload.length;
    if (type === frameTypes.headers) {
      const headers = new Map(decoder.decode(payload) ?? []);
      const http = headers.get(':status');
      if (http !== undefined && http !== '200') verdict.status = http;
      verdict.status = headers.get('grpc-status') ?? verdict.status;
    }
    if (
      type === frameTypes.rstStream ||
      ((type === frameTypes.data || type === frameTypes.headers) && (bits & flags.endStream) !== 0)
    ) {
      verdict.ended = true;
    }
  }
  return verdicts;
}
