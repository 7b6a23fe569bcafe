import { allowInsecureRequests } from 'openid-client';
import type { Configuration } from 'openid-client';

/**
 * For a provider on this machine: what never leaves it needs no TLS. The settings take `http` for no other. The library's own
 * function and none around it, because discovery looks for exactly this one.
 */
export const allowPlainHttp: (configuration: Configuration) => void = allowInsecureRequests;
