import { streamEvents } from '@cluster-ai/contract/api/events.ts';
import type { FastifyRequest } from 'fastify';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';

/** Server-sent events. */
export function eventRoutes(register: Register, plane: Plane): void {
  register(streamEvents, async ({ caller, query, request, reply, signal }) => {
    reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
    // Fastify makes a HEAD route of each GET; it has no body that could go on.
    if (request.method === 'HEAD') return '';
    const stream = await plane.events.subscribe({
      actor: caller.actor,
      requestId: caller.requestId,
      // A browser that connects again asks for the same address, and knows more than it says.
      lastEventId: lastEventId(request) ?? query.after ?? null,
      recheck: () => plane.access.recheck(caller.principal),
    });
    // Nothing else will go over this connection: after the end it must not stand idle in the way of a stop.
    reply.header('connection', 'close');
    const leave = (): void => stream.end('the client went away');
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    return stream.body;
  });
}

/** What is no number that a stream has given counts as absent: a client cannot choose what its browser remembers. */
function lastEventId({ headers }: FastifyRequest): number | null {
  const text = headers['last-event-id'];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
