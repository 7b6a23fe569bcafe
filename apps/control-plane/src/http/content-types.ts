import { isUtf8 } from 'node:buffer';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyInstance } from 'fastify';

/**
 * Takes JSON and bytes, and nothing else. JSON is read as the framework reads it, but in UTF-8 alone: broken bytes would be
 * replaced in silence.
 */
export function takeJsonAndBytes(app: FastifyInstance): void {
  app.removeContentTypeParser(['text/plain', 'application/json']);
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (isUtf8(body)) void parse(request, body.toString(), done);
    else done(new ClusterError('INVALID_ARGUMENT', 'the body is not UTF-8'));
  });
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
}
