import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemContentType, problemOf } from './problem.ts';
import { closeAfterUnreadBody } from './unread-body.ts';

/** Answers with the problem document of an error, and the headers that belong to it. */
export function sendProblem(error: ClusterError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  closeAfterUnreadBody(request, reply);
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  return reply
    .status(error.httpStatus)
    .type(problemContentType)
    .serializer(JSON.stringify)
    .send(problemOf(error, request.id));
}
