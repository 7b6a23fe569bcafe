import type { MockEndpoint } from '../endpoint.ts';

export const keyEndpoints: readonly MockEndpoint[] = [];
