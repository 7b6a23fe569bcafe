import { allowInsecureRequests } from 'openid-client';
import type { Configuration } from 'openid-client';

/** For a provider on this machine: what never leaves it needs no TLS. The settings take `http` for no other. */
export function allowPlainHttp(configuration: Configuration): void {
  allowInsecureRequests(configuration);
}
