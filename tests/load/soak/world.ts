import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import type { Platform } from '../../start-platform.ts';

/** What the activities of a run share: the platform, and what they know about its state. */
export interface World {
  readonly platform: Platform;
  readonly admin: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number };
  /** What each version of the model `soak` adds to its input. */
  readonly biasOf: Map<number, number>;
  /** Numbers things so that no two have the same name. */
  next(): number;
  readonly random: () => number;
  /** The first answer of the heavy model; all must be the same. */
  heavyAnswer: string | undefined;
}

export function makeWorld(platform: Platform, random: () => number): World {
  let last = 0;
  return {
    platform,
    admin: { baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 60_000 },
    biasOf: new Map(),
    next: () => (last += 1),
    random,
    heavyAnswer: undefined,
  };
}

type Input<E extends Endpoint> = Parameters<typeof callEndpoint<E>>[2];

/** Calls the control API as the administrator. @throws ClusterError that it answered with. */
export function ask<E extends Endpoint>({ admin }: World, target: E, input?: Input<E>) {
  return callEndpoint(admin, target, input);
}
