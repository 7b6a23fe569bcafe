import { Readable } from 'node:stream';
import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemContentType, problemOf } from './problem.ts';
import { answerBesideBody } from './unread-body.ts';

/** Answers with the problem document of an error, and the headers that belong to it. */
export function sendProblem(error: ClusterError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  const text = JSON.stringify(problemOf(error, request.id));
  reply.status(error.httpStatus).type(problemContentType);
  if (request.raw.complete || request.method === 'HEAD') return reply.serializer(String).send(text);
  return reply
    .headers({ connection: 'close', 'content-length': Buffer.byteLength(text) })
    .send(answerBesideBody(Readable.from([text]), request.raw));
}
