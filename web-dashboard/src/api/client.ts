import { callWithTag, type callEndpoint, type ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { fetchOrTake } from '../first/first-answers.ts';
import { attendanceHeaders } from './attendance.ts';
import { csrfHeaders } from './csrf.ts';

/** One call at most, milliseconds. */
const timeoutMs = 15_000;

/** The dashboard is served by the control plane itself, so there is one origin and no address to configure. */
function sameOrigin(): ClientOptions {
  return {
    baseUrl: globalThis.location.origin,
    timeoutMs,
    headers: (method) => ({ ...csrfHeaders(method), ...attendanceHeaders() }),
    fetch: fetchOrTake,
  };
}

type Input<E extends Endpoint> = Parameters<typeof callEndpoint<E>>[2];

/**
 * Calls one endpoint of the control API with the session of this browser.
 * @throws ClusterError as `callEndpoint` does
 */
export async function call<E extends Endpoint>(target: E, input?: Input<E>): Promise<z.output<E['answer']>> {
  const called = await callWithTag(sameOrigin(), target, input);
  if (called === null) throw new ClusterError('INTERNAL', `'${target.id}' answered that nothing has changed`);
  const { answer, etag } = called;
  if (etag !== null && typeof answer === 'object' && answer !== null) tags.set(answer, etag);
  return answer;
}

const tags = new WeakMap<object, string>();

/**
 * For the `ifMatch` of a change: which state an answer shows, so that a change that somebody else has made meanwhile is not
 * overwritten. The query must keep its answers as they came (`structuralSharing: false`).
 */
export function etagOf(answer: object): string | undefined {
  return tags.get(answer);
}
