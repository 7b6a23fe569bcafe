import { callEndpoint, type ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import type { z } from 'zod';
import { csrfHeaders } from './csrf.ts';

/** One call at most, milliseconds. */
const timeoutMs = 15_000;

/** The dashboard is served by the control plane itself, so there is one origin and no address to configure. */
const sameOrigin: ClientOptions = { baseUrl: globalThis.location.origin, timeoutMs, headers: csrfHeaders };

type Input<E extends Endpoint> = Parameters<typeof callEndpoint<E>>[2];

/**
 * Calls one endpoint of the control API with the session of this browser.
 * @throws ClusterError as `callEndpoint` does
 */
export function call<E extends Endpoint>(target: E, input?: Input<E>): Promise<z.output<E['answer']>> {
  return callEndpoint(sameOrigin, target, input);
}
