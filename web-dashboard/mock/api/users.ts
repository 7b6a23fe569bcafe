import type { MockEndpoint } from '../endpoint.ts';

export const userEndpoints: readonly MockEndpoint[] = [];
