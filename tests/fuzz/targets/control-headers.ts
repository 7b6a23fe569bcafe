import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createClientReader } from '@cluster-ai/platform/edge/client-address.ts';
import { browserCookie, oidcCookie, readCookie, sessionCookie } from '@cluster-ai/control-plane/http/cookies.ts';
import { isExempt, siteOf } from '@cluster-ai/control-plane/http/call-origin.ts';
import { assertFromOwnPage, assertNotFromElsewhere } from '@cluster-ai/control-plane/http/csrf.ts';
import { createHosts } from '@cluster-ai/control-plane/http/hosts.ts';
import { entityTagOf, hasAlready, preconditionOf } from '@cluster-ai/control-plane/http/preconditions.ts';
import { requestIdOf } from '@cluster-ai/control-plane/http/request-id.ts';
import { headersOf } from '../inputs/headers.ts';
import type { FuzzTarget } from '../engine/target.ts';

const settings = {
  host: '0.0.0.0',
  publicUrl: 'https://cluster-ai.example.com',
  allowedHosts: ['cluster-ai.internal'],
};
const hosts = createHosts(settings, () => ['*.example.com', 'cert.example.com']);
const readClient = createClientReader(['10.0.0.0/8']);

/** Headers by which the control plane learns who calls, from where, and on what condition. */
export const target: FuzzTarget = {
  about:
    'headers of calls to the control plane, from clients: conditions, cookies, hosts, proxies, origins, CSRF tokens',
  form: 'bytes',
  seeds: () => [
    'if-match: "7-abc", W/"8-x"\nif-none-match: *\nhost: cluster-ai.example.com',
    `cookie: cluster-ai-session=${'a'.repeat(43)}; __Host-cluster-ai-session=${'b'.repeat(43)}\nx-csrf-token: abc\norigin: https://cluster-ai.example.com`,
    'host: [::1]:8080\nsec-fetch-site: same-origin\nx-request-id: r-1',
    'x-forwarded-for: 1.2.3.4,10.1.1.1\nx-forwarded-proto: http, https\nhost: localhost',
  ],
  words: ['W/"', '"', '*', ', ', '%', 'sec-fetch-site: cross-site'],
  run: (input) => {
    const headers = headersOf(input);
    const from = input[0] === 0x78 ? '10.0.0.1' : '127.0.0.1';
    const client = readClient({ remoteAddress: from, localAddress: '127.0.0.1' }, (name) =>
      [headers[name] ?? []].flat(),
    );
    const credentials = { method: 'POST', client, headers };
    requestIdOf({ headers } as unknown as IncomingMessage); // It reads the headers of a message alone.
    hosts.answersTo(headers['host'], client);
    siteOf(credentials, hosts);
    const isLocal = isExempt(credentials, hosts);
    assert.ok(!isLocal || from === '127.0.0.1', 'a proxy is no process of this machine');
    for (const cookie of [sessionCookie, browserCookie, oidcCookie]) readCookie(cookie, credentials, hosts);
    const condition = preconditionOf(headers);
    for (const tag of condition?.match ?? []) hasAlready(headers, entityTagOf(tag, 'mark'));
    assertNotFromElsewhere(credentials, hosts);
    assertFromOwnPage(credentials, readCookie(sessionCookie, credentials, hosts) ?? '', hosts);
  },
};
