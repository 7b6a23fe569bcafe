import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyInstance } from 'fastify';

/**
 * What has arrived before the stop is answered; what comes later on a connection that is still open is refused with an
 * error of the table, and its connection ends, so that the client goes elsewhere.
 */
export function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    reply.header('connection', 'close');
    throw new ClusterError('SHUTTING_DOWN', 'the control plane is stopping; nothing was done', {
      retryAfterSeconds: 1,
    });
  });
}
