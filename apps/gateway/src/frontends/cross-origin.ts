import { createCrossOrigin, type CrossOriginRequest } from '@cluster-ai/core/access/cross-origin.ts';
import type { Call, CallHandler, Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';

/**
 * Lets pages of the named origins call from a browser, with a key; their origin ends the loopback exemption, as every
 * foreign one does. Without origins the handler is returned as it is.
 * @throws ClusterError CONFIG_INVALID for what is not an origin.
 */
export function allowOrigins(origins: readonly string[], handler: CallHandler): CallHandler {
  const rule = createCrossOrigin({
    setting: 'http.cors.origins',
    origins,
    anyOrigin: true,
    methods: ['GET', 'HEAD', 'POST'],
    // The star is every header but this one: routes may ask for any of their own.
    headers: ['authorization', '*'],
    exposed: ['x-request-id', 'inference-header-content-length', 'retry-after'],
  });
  if (rule === null) return handler;
  return async (call, reply) => {
    const request = crossOriginRequest(call);
    const headers = rule.headers(request);
    // Any status of success will do, and this one may say that its body is empty.
    if (rule.isPreflight(request)) return reply.send(200, headers, '');
    return handler(call, headers.length === 0 ? reply : new ReplyWithHeaders(reply, headers));
  };
}

function crossOriginRequest(call: Call): CrossOriginRequest {
  return {
    method: call.method,
    origin: call.header('origin'),
    requestMethod: call.header('access-control-request-method'),
  };
}

/** Adds the same headers to whatever is answered. */
class ReplyWithHeaders implements Reply {
  private readonly reply: Reply;
  private readonly more: Headers;

  constructor(reply: Reply, more: Headers) {
    this.reply = reply;
    this.more = more;
  }

  send(status: number, headers: Headers, body: Uint8Array | string): void {
    this.reply.send(status, [...headers, ...this.more], body);
  }

  start(status: number, headers: Headers): void {
    this.reply.start(status, [...headers, ...this.more]);
  }

  write(chunk: Uint8Array | string): boolean {
    return this.reply.write(chunk);
  }

  drained(): Promise<void> {
    return this.reply.drained();
  }

  end(trailers?: Headers): void {
    this.reply.end(trailers);
  }
}
