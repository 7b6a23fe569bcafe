import {
  changePassword,
  completeSetup,
  getSession,
  signIn,
  signOut,
  type Session,
} from '@cluster-ai/contract/api/session.ts';
import { acceptInvitation, showInvitation } from '@cluster-ai/contract/api/users.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import type { MockState } from '../state.ts';

function sessionOf({ who }: MockState): Session {
  const shared = { setupNeeded: who === 'setup', oidc: { label: 'Example ID' }, passwordLengthMin: 12 };
  if (who === 'nobody' || who === 'setup' || who === 'loopback') {
    const via = who === 'loopback' ? 'loopback' : null;
    return { ...shared, authenticated: false, user: null, role: null, via, csrfToken: null, expiresAt: null };
  }
  return {
    ...shared,
    authenticated: true,
    user: {
      id: '0198e0c2-7c11-4a52-8a5e-0f6b7c1d2e3f',
      name: 'Ana Souza',
      email: 'ana@example.org',
      role: who,
      hasPassword: true,
    },
    role: who,
    via: 'session',
    csrfToken: 'mock-csrf',
    expiresAt: '2027-01-01T00:00:00.000Z',
  };
}

/** Any password signs in, except `wrong` and `locked`, which are refused as such. */
function checkPassword(password: string): void {
  if (password === 'wrong') throw new ClusterError('UNAUTHENTICATED', 'e-mail or password is wrong');
  if (password === 'locked') {
    throw new ClusterError('LOCKED_OUT', 'too many wrong passwords for this e-mail', { retryAfterSeconds: 90 });
  }
}

/** Any token is an invitation, except those that begin with `expired`. */
function checkToken(token: string): void {
  if (token.startsWith('expired')) throw new ClusterError('NOT_FOUND', 'this link was used or has expired');
}

export const sessionEndpoints = [
  mockEndpoint(getSession, ({ state }) => sessionOf(state)),
  mockEndpoint(signIn, ({ body, state }) => {
    checkPassword(body.password);
    state.who = 'admin';
    return sessionOf(state);
  }),
  mockEndpoint(signOut, ({ state }) => {
    state.who = 'nobody';
    return { signedOut: true as const };
  }),
  mockEndpoint(changePassword, ({ body, state }) => {
    if (body.currentPassword === 'wrong') throw new ClusterError('INVALID_ARGUMENT', 'body.currentPassword: is wrong');
    return sessionOf(state);
  }),
  mockEndpoint(completeSetup, ({ body, state }) => {
    if (body.code.startsWith('expired')) throw new ClusterError('INVALID_ARGUMENT', 'body.code: has expired');
    state.who = 'admin';
    return sessionOf(state);
  }),
  mockEndpoint(showInvitation, ({ body }) => {
    checkToken(body.token);
    return { email: 'rui@example.org', name: '', role: 'viewer' as const, expiresAt: '2027-01-01T00:00:00.000Z' };
  }),
  mockEndpoint(acceptInvitation, ({ body, state }) => {
    checkToken(body.token);
    state.who = 'viewer';
    return sessionOf(state);
  }),
];
