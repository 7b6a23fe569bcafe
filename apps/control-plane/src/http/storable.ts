import { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyRequest } from 'fastify';

/** Deeper than any body of the API; a hostile one must not end the process by its depth. */
const depthMax = 100;

/**
 * Refuses the one character that PostgreSQL keeps in no text (U+0000), wherever a request has it. What is streamed is
 * looked at by nobody.
 * @throws ClusterError INVALID_ARGUMENT that names the place.
 */
export function assertStorable({ params, query, body }: FastifyRequest): void {
  const path = placeOfNul({ params, query, body }, []);
  if (path === null) return;
  const message = 'the character U+0000 cannot stand in a text';
  throw new ClusterError('INVALID_ARGUMENT', `${path}: ${message}`, { errors: [{ path, message }] });
}

function placeOfNul(value: unknown, path: readonly string[]): string | null {
  if (typeof value === 'string') return value.includes('\0') ? path.join('.') : null;
  if (typeof value !== 'object' || value === null || value instanceof Readable) return null;
  if (path.length > depthMax) {
    const place = path.slice(0, 5).join('.');
    throw new ClusterError('INVALID_ARGUMENT', `${place}: there are more than ${depthMax} levels inside one another`);
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('\0')) return path.join('.');
    const place = placeOfNul(inner, [...path, key]);
    if (place !== null) return place;
  }
  return null;
}
