import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { unattendedHeader } from '@cluster-ai/contract/api/unattended.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerBesideBody } from '../../http/unread-body.ts';
import type { Plane } from '../../plane.ts';
import { createUpstream, type Upstream } from './upstream.ts';

const prefix = '/predict';

/** Longer than any deadline that a gateway accepts by default: the gateway, not the door, ends a prediction. */
const silenceTimeoutMs = 120_000;

/** Headers that belong to one connection (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The door has judged these; the gateway is told who calls by a token. */
const judgedHere = new Set([
  'host',
  'origin',
  'referer',
  'cookie',
  'x-csrf-token',
  unattendedHeader,
  'forwarded',
  'via',
  'x-real-ip',
  'expect',
]);

/**
 * Passes `/predict/<path>` on to the gateway as `/<path>`, both bodies as streams. What a program sent as `Authorization`
 * goes on unchanged, and the gateway judges it; for a session, or a program on this machine without a credential, the
 * gateway is sent a token that says who it is and ends after a minute.
 */
export async function proxyRoutes(app: FastifyInstance, plane: Plane): Promise<void> {
  const upstream = createUpstream(plane.config.gateway);
  app.addHook('onClose', async () => upstream.close());

  await app.register(async (door) => {
    // Nothing is read here: the gateway knows what it takes, and how much of it.
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    door.route({
      method: ['GET', 'POST'],
      url: `${prefix}/*`,
      config: { access: 'predict' },
      onRequest: async (request) => {
        request.principal = await plane.access.authorize('predict', request);
      },
      handler: async (request, reply) => {
        const headers = requestHeaders(request.raw.headers);
        headers['authorization'] ??= `Bearer ${plane.identity.predictTokens.tokenFor(request.principal)}`;
        const answer = await forward(request, reply, upstream, headers);
        plane.metrics.predictRequests.inc({ status: String(answer.statusCode) });
        return passOn(answer, request, reply);
      },
    });
  });
}

/** Sends the request on; resolves with the head of the gateway's answer. @throws ClusterError GATEWAY_UNAVAILABLE. */
function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  upstream: Upstream,
  headers: OutgoingHttpHeaders,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = request.raw.url?.slice(prefix.length) ?? '/';
    const call = upstream.request({
      method: request.method,
      path,
      headers,
      timeout: silenceTimeoutMs,
    });
    const fail = (cause: unknown): void =>
      reject(
        new ClusterError('GATEWAY_UNAVAILABLE', `the gateway at ${upstream.origin} does not answer`, {
          cause,
          retryAfterSeconds: 1,
          fix: 'look at `cluster-ai status`',
        }),
      );
    call.on('response', resolve);
    call.on('error', fail);
    call.on('timeout', () => call.destroy(new Error(`no byte for ${silenceTimeoutMs} ms`)));
    // The caller went away: the gateway need not go on.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) call.destroy(new Error('the caller went away'));
    });
    // The gateway may refuse by the header alone, also a client that sends its body slowly or waits to be told.
    call.flushHeaders();
    // Not `pipeline`: when the gateway is away it would cut the caller's connection before the answer that says so.
    request.raw.pipe(call);
  });
}

function passOn(answer: IncomingMessage, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !hopByHop.has(name)) reply.header(name, value);
  }
  if (request.raw.complete) return reply.send(answer);
  // The gateway did not want the rest of the body.
  return reply.header('connection', 'close').send(answerBesideBody(answer, request.raw));
}

function requestHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (hopByHop.has(name) || judgedHere.has(name) || name.startsWith('x-forwarded-') || name.startsWith('sec-')) {
      continue;
    }
    passed[name] = value;
  }
  // Without a length the body goes on in chunks, as it came.
  return passed;
}
