import { isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import type { Client } from '@cluster-ai/platform/edge/client-address.ts';

/** A year. */
const strictTransport = 'max-age=31536000';

/**
 * On every answer. The page loads nothing from elsewhere and runs no inline script; `data:` is for small images of the
 * style sheet; nobody may frame it.
 */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * The headers for one answer. A browser that came over TLS is told to do so from now on, except under the name
 * localhost: there it would keep every other program of the machine from being opened in plain text.
 */
export function securityHeadersFor(client: Client, host: string | undefined): Readonly<Record<string, string>> {
  if (!client.https || isLoopbackHost(host ?? null)) return securityHeaders;
  return { ...securityHeaders, 'strict-transport-security': strictTransport };
}
