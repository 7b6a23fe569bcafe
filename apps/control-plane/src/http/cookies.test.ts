import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import type { Credentials } from './call-origin.ts';
import { browserCookie, clearCookie, oidcCookie, readCookie, sessionCookie, setCookie } from './cookies.ts';
import { createHosts } from './hosts.ts';

const token = 't'.repeat(43);
const hosts = createHosts({ host: '0.0.0.0', publicUrl: 'https://cluster-ai.example.com', allowedHosts: [] }, () => []);

function call(headers: Record<string, string>, https = false): Credentials {
  return { method: 'GET', client: { address: '203.0.113.5', https, overLoopback: false }, headers };
}

/** The `set-cookie` lines of an answer. */
function answer(work: (reply: FastifyReply) => void): string[] {
  const headers = new Map<string, unknown>();
  const reply = {
    getHeader: (name: string) => headers.get(name),
    header: (name: string, value: unknown) => headers.set(name, value),
  };
  // Cookies use these two methods of a reply alone.
  work(reply as unknown as FastifyReply);
  return [headers.get('set-cookie') ?? []].flat().map(String);
}

test('over https browsers take the cookie from this host alone, and send it over https alone', () => {
  const credentials = call({ host: 'cluster-ai.example.com' }, true);
  const lines = answer((reply) => {
    setCookie(reply, sessionCookie, token, { credentials, hosts });
    setCookie(reply, oidcCookie, token, { credentials, hosts, maxAgeSeconds: 600 });
  });
  expect(lines).toEqual([
    `__Host-cluster-ai-session=${token}; Path=/; HttpOnly; SameSite=Lax; Secure`,
    `__Secure-cluster-ai-oidc=${token}; Path=/api/v1/oidc; HttpOnly; SameSite=Lax; Secure; Max-Age=600`,
  ]);
  expect(answer((reply) => clearCookie(reply, browserCookie, { credentials, hosts }))).toEqual([
    '__Host-cluster-ai-browser=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
  ]);
});

test('a proxy in front that ends TLS counts as https under the public address, and plain http does not', () => {
  const behind = call({ host: 'cluster-ai.example.com' });
  const local = call({ host: 'localhost:3000' });
  const name = (credentials: Credentials): string =>
    answer((reply) => setCookie(reply, sessionCookie, token, { credentials, hosts }))[0]?.split('=', 1)[0] ?? '';
  expect([name(behind), name(local)]).toEqual(['__Host-cluster-ai-session', 'cluster-ai-session']);
});

test('over https a cookie that a page of http could have set is not looked at', () => {
  const tossed = { host: 'cluster-ai.example.com', cookie: `cluster-ai-session=${token}` };
  expect(readCookie(sessionCookie, call(tossed, true), hosts)).toBeNull();
  const own = { ...tossed, cookie: `a=1; __Host-cluster-ai-session=${token} ;b=2` };
  expect(readCookie(sessionCookie, call(own, true), hosts)).toBe(token);
  expect(readCookie(sessionCookie, call({ host: 'localhost', cookie: `cluster-ai-session=${token}` }), hosts)).toBe(
    token,
  );
});

test.each(['', 'cluster-ai-session=', 'cluster-ai-session=short', `cluster-ai-session=${'x'.repeat(44)}`, '=;;=', 'x'])(
  'what cannot be a token is none: %j',
  (cookie) => {
    expect(readCookie(sessionCookie, call({ host: 'localhost', cookie }), hosts)).toBeNull();
  },
);
