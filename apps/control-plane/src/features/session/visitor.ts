import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpCaller } from '../../http/register-endpoint.ts';

/** Who is at the door: what a sign-in needs to know of the call. */
export interface Visitor {
  readonly caller: HttpCaller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
