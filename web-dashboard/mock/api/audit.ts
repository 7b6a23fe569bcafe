import type { MockEndpoint } from '../endpoint.ts';

export const auditEndpoints: readonly MockEndpoint[] = [];
