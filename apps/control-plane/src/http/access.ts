import type { Access } from '@cluster-ai/contract/api/endpoint.ts';
import { unattendedHeader } from '@cluster-ai/contract/api/unattended.ts';
import { roleIncludes, roleOfActions } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { KeyAuthority, SessionAuthority, WrongTokens } from './authorities.ts';
import { readCookie, sessionCookie } from './cookies.ts';
import { assertFromOwnPage, assertNotFromElsewhere } from './csrf.ts';
import { isExempt } from './call-origin.ts';
import type { Credentials } from './call-origin.ts';
import type { Hosts } from './hosts.ts';
import { adminToken, anonymous, gateway, local } from './principal.ts';
import type { Principal } from './principal.ts';
import type { Tokens } from './tokens.ts';

/** Besides the rules of the contract, `predict`: whoever may read, and keys that may infer. */
export type RouteAccess = Access | 'predict';

/** The rule of the front door: who calls, and whether they may. */
export interface AccessRule {
  /**
   * @throws ClusterError UNAUTHENTICATED without a credential that is needed, or with one that nobody has;
   * PERMISSION_DENIED, which names the needed role; DATABASE_UNAVAILABLE when it cannot be looked up.
   */
  authorize(access: RouteAccess, credentials: Credentials): Promise<Principal>;
  /**
   * For answers that go on for long: looks again, and throws what `authorize` throws when it would no longer let this
   * caller in. Does not count as use of a session.
   */
  recheck(principal: Principal): Promise<void>;
}

export interface AccessSources {
  readonly tokens: Tokens;
  readonly hosts: Hosts;
  readonly keys: KeyAuthority;
  readonly sessions: SessionAuthority;
  readonly wrongTokens: WrongTokens;
  readonly loopback: 'exempt' | 'required';
}

const bearer = /^Bearer +([^\s]{1,512})$/i;

export function createAccessRule(sources: AccessSources): AccessRule {
  /** How each caller was let in, for as long as somebody holds on to the principal. */
  const admitted = new WeakMap<Principal, { access: RouteAccess; credentials: Credentials }>();

  return {
    authorize: async (access, credentials) => {
      // A copy, so that each request has an identity of its own.
      const use = access !== 'public' && credentials.headers[unattendedHeader] === undefined;
      const principal = { ...(await whoCalls(sources, credentials, use)) };
      assertAllowed(access, principal);
      assertOwnPage(sources, principal, credentials);
      admitted.set(principal, { access, credentials });
      return principal;
    },
    recheck: async (principal) => {
      const admission = admitted.get(principal);
      if (admission === undefined) throw new Error('this principal was never authorized');
      assertAllowed(admission.access, await whoCalls(sources, admission.credentials, false));
    },
  };
}

/**
 * A page of elsewhere can lead a browser here under a name of its own (DNS rebinding). So a caller without a token must
 * have used a name of this front door, for static files as well.
 * @param judged whether the route has an access rule, which will look at the token.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertOwnHost({ client, headers }: Credentials, hosts: Hosts, judged: boolean): void {
  if (hosts.answersTo(headers.host, client)) return;
  if (judged && headers.authorization !== undefined) return;
  const names = new Intl.ListFormat('en-GB').format(hosts.namesFor(client));
  throw new ClusterError(
    'PERMISSION_DENIED',
    `this front door answers ${names === '' ? 'under no name that other machines could use' : `to ${names} alone`}, and the request was for ${JSON.stringify(headers.host ?? '')}`,
    {
      fix: client.overLoopback
        ? 'open http://localhost with the port of the front door'
        : 'set http.publicUrl to the address that people open, or add the name to http.allowedHosts',
    },
  );
}

/** The first credential that the caller shows decides; a wrong token is refused even where none is needed. */
async function whoCalls(sources: AccessSources, credentials: Credentials, use: boolean): Promise<Principal> {
  const { headers } = credentials;
  if (headers.authorization !== undefined) {
    return tokenHolder(sources, headers.authorization, credentials.client.address);
  }
  const cookie = readCookie(sessionCookie, credentials, sources.hosts);
  const session = cookie === null ? null : await sources.sessions.find(cookie, use);
  if (session !== null) {
    return {
      actor: session.email,
      kind: 'session',
      role: session.role,
      userId: session.userId,
      keyId: null,
      keyScope: null,
    };
  }
  return sources.loopback === 'exempt' && isExempt(credentials, sources.hosts) ? local : anonymous;
}

/** A browser sends cookies, and reaches loopback addresses, for any page. @throws ClusterError PERMISSION_DENIED. */
function assertOwnPage({ hosts }: AccessSources, { kind }: Principal, credentials: Credentials): void {
  if (kind === 'session') {
    assertFromOwnPage(credentials, readCookie(sessionCookie, credentials, hosts) ?? '', hosts);
  } else if (kind === 'anonymous' || kind === 'loopback') assertNotFromElsewhere(credentials, hosts);
}

async function tokenHolder(
  { tokens, keys, wrongTokens }: AccessSources,
  authorization: string,
  address: string,
): Promise<Principal> {
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ClusterError('UNAUTHENTICATED', 'the Authorization header is not of the form `Bearer <token>`');
  }
  const owner = tokens.ownerOf(token);
  if (owner !== null) return owner === 'admin' ? adminToken : gateway;
  const key = await keys.find(token);
  if (key !== null) {
    return {
      actor: `key:${key.id}`,
      kind: 'key',
      role: roleOfActions(key.scope.actions),
      userId: key.ownerId,
      keyId: key.id,
      keyScope: key.scope,
    };
  }
  await wrongTokens.count(address);
  throw new ClusterError('UNAUTHENTICATED', 'the token is not known here, or has expired or been revoked', {
    fix: 'read the present admin token with `cluster-ai login`, or make a key on the page API keys',
  });
}

/** @throws ClusterError UNAUTHENTICATED for somebody who is nobody yet, PERMISSION_DENIED for everybody else. */
function assertAllowed(access: RouteAccess, principal: Principal): void {
  if (isAllowed(access, principal)) return;
  const needed = needs(access);
  if (principal.kind === 'anonymous' || principal.kind === 'loopback') {
    throw new ClusterError('UNAUTHENTICATED', needed, {
      fix: 'sign in, or send `Authorization: Bearer <token>`; `cluster-ai login` keeps one for the command line',
    });
  }
  throw new ClusterError('PERMISSION_DENIED', `${needed}; ${present(principal)}`);
}

function isAllowed(access: RouteAccess, { kind, role, keyScope }: Principal): boolean {
  if (access === 'public') return true;
  if (access === 'gateway') return kind === 'gateway';
  if (access === 'predict' && keyScope !== null) return keyScope.actions.includes('infer');
  if (access === 'read' || access === 'predict') return kind === 'loopback' || role !== null;
  return role !== null && roleIncludes(role, access);
}

function needs(access: RouteAccess): string {
  if (access === 'gateway') return 'this call needs the join token of a gateway';
  if (access === 'predict') return 'this call needs the role viewer, or a key with the action infer';
  return `this call needs the role ${access === 'read' ? 'viewer' : access}`;
}

function present({ kind, role }: Principal): string {
  if (kind === 'gateway') return 'the join token of a gateway has none';
  const who = kind === 'key' ? 'this key' : 'the caller';
  return role === null ? `${who} has none` : `${who} has ${role}`;
}
