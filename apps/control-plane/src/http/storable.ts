import { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { PartError } from '@cluster-ai/core/errors.ts';
import type { FastifyRequest } from 'fastify';

/** Deeper than any body of the API; a hostile one must not end the process by its depth. */
const depthMax = 100;

/**
 * Refuses what PostgreSQL keeps in no text, wherever a request has it: U+0000, and halves of surrogate pairs, which would
 * be replaced in silence. What is streamed is looked at by nobody.
 * @throws ClusterError INVALID_ARGUMENT that names the place.
 */
export function assertStorable({ params, query, body }: FastifyRequest): void {
  const fault = faultIn({ params, query, body }, []);
  if (fault === null) return;
  throw new ClusterError('INVALID_ARGUMENT', `${fault.path}: ${fault.message}`, { errors: [fault] });
}

function faultIn(value: unknown, path: readonly string[]): PartError | null {
  if (typeof value === 'string') return faultOf(value, path);
  if (typeof value !== 'object' || value === null || value instanceof Readable) return null;
  if (path.length > depthMax) {
    const place = path.slice(0, 5).join('.');
    throw new ClusterError('INVALID_ARGUMENT', `${place}: there are more than ${depthMax} levels inside one another`);
  }
  for (const [key, inner] of Object.entries(value)) {
    const fault = faultOf(key, path) ?? faultIn(inner, [...path, key]);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOf(text: string, path: readonly string[]): PartError | null {
  if (text.includes('\0')) return { path: path.join('.'), message: 'the character U+0000 cannot stand in a text' };
  if (text.isWellFormed()) return null;
  return { path: path.join('.'), message: 'half of a surrogate pair cannot stand in a text' };
}
