import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const sane = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** The caller's own `x-request-id` when it can stand in logs and headers, else a new one. */
export function requestIdOf(message: IncomingMessage): string {
  const given = message.headers['x-request-id'];
  return typeof given === 'string' && sane.test(given) ? given : randomUUID();
}
