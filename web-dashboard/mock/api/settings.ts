import type { MockEndpoint } from '../endpoint.ts';

export const settingEndpoints: readonly MockEndpoint[] = [];
