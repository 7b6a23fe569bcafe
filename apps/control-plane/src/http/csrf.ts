import { createHmac, timingSafeEqual } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { siteOf } from './call-origin.ts';
import type { Credentials } from './call-origin.ts';
import type { Hosts } from './hosts.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What a page of this front door sends as `x-csrf-token`. Made from the token in the cookie, which no page can read: so
 * only this server can make it, and it needs no place to be kept.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('cluster-ai csrf token').digest('base64url');
}

/**
 * A browser adds the cookie to whatever page sends a request here. So a change must come from a page of this front door,
 * which the browser itself tells, and carry what only such a page can have read.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertFromOwnPage(credentials: Credentials, sessionToken: string, hosts: Hosts): void {
  if (safeMethods.has(credentials.method)) return;
  if (siteOf(credentials, hosts) !== 'own') {
    throw new ClusterError(
      'PERMISSION_DENIED',
      'a session changes nothing from a page of elsewhere: the request has no Origin of this front door',
      { fix: 'programs send `Authorization: Bearer <key>` instead of a cookie' },
    );
  }
  const given = Buffer.from(String(credentials.headers['x-csrf-token'] ?? ''));
  const expected = Buffer.from(csrfTokenOf(sessionToken));
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new ClusterError('PERMISSION_DENIED', 'the x-csrf-token of the request is not that of its session', {
    fix: 'reload the page; it may belong to a session that has ended',
  });
}

/**
 * For calls without a credential, which act all the same: a page of elsewhere could sign its reader in as somebody else.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertNotFromElsewhere(credentials: Credentials, hosts: Hosts): void {
  if (safeMethods.has(credentials.method) || siteOf(credentials, hosts) !== 'foreign') return;
  throw new ClusterError('PERMISSION_DENIED', 'the browser says that a page of another site sends this request', {
    fix: 'use the page of this front door',
  });
}
