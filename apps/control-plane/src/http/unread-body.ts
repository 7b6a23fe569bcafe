import type { FastifyReply, FastifyRequest } from 'fastify';

/** Time that a sender has to notice the answer and stop. */
const lingerMs = 2_000;

/**
 * For an answer that is sent before the request's body has arrived whole: what still comes is read and dropped for a
 * moment, so that the sender sees the answer and not a reset connection; then the connection is closed.
 */
export function closeAfterUnreadBody(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request;
  if (raw.complete) return;
  reply.header('connection', 'close');
  reply.raw.once('finish', () => {
    const timer = setTimeout(() => raw.socket.destroy(), lingerMs);
    raw.once('close', () => clearTimeout(timer));
    raw.once('end', () => clearTimeout(timer));
    // Whoever was reading has stopped, and must not hold up the rest.
    raw.unpipe();
    raw.resume();
  });
}
