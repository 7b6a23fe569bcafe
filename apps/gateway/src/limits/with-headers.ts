import type { Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';

/** A reply that carries further headers, whatever a protocol answers with. */
export function withHeaders(reply: Reply, more: Headers): Reply {
  return {
    send: (status, headers, body) => reply.send(status, [...headers, ...more], body),
    start: (status, headers) => reply.start(status, [...headers, ...more]),
    write: (chunk) => reply.write(chunk),
    drained: () => reply.drained(),
    end: (trailers) => reply.end(trailers),
  };
}
