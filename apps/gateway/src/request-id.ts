import { randomBytes } from 'node:crypto';
import type { CallHead } from '@cluster-ai/platform/edge/edge.ts';

/** What a caller may send as X-Request-Id; anything else would let it write into logs. */
const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Takes the caller's request id, or counts: a random prefix for this process and a number cost less than a UUID. */
export function createRequestIds(): (call: CallHead) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return (call) => {
    const given = call.header('x-request-id');
    if (given !== null && acceptable.test(given)) return given;
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
