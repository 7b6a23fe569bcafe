import { roles } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nothing } from './page.ts';

export const roleSchema = z.enum(roles);

/** Characters of a password at most: hashing a longer one would only cost time. */
const passwordLengthMax = 256;

export const emailSchema = z.email().max(254).toLowerCase();
export const personNameSchema = z.string().trim().min(1).max(128);
/** The least length is a setting (`password_length_min`) and checked by the server. */
export const passwordSchema = z.string().min(1).max(passwordLengthMax);

/** A token that is used once: of an invitation, of a password reset, of the first set-up. */
export const oneTimeTokenSchema = z.string().min(8).max(128);

/** Who the caller is, and what the sign-in page has to know. */
export const sessionSchema = z.object({
  authenticated: z.boolean(),
  /** The signed-in person; null for keys, tokens and the loopback exemption. */
  user: z
    .object({
      id: z.uuid(),
      name: z.string(),
      email: z.string(),
      role: roleSchema,
      /** False for people who sign in with the identity provider alone. */
      hasPassword: z.boolean(),
    })
    .nullable(),
  /** What the caller may do; null for somebody who is nobody. The loopback exemption has none, and may still read. */
  role: roleSchema.nullable(),
  via: z.enum(['session', 'key', 'admin-token', 'loopback']).nullable(),
  /** To be sent as `x-csrf-token` with every call of this session that is no GET; null without a session. */
  csrfToken: z.string().nullable(),
  /** The session ends then unless it is used; null without one. */
  expiresAt: z.iso.datetime().nullable(),
  /** Nobody can sign in yet: the first administrator has to be made with the one-time code. */
  setupNeeded: z.boolean(),
  /** The identity provider that can be signed in with; null when none is configured. */
  oidc: z.object({ label: z.string() }).nullable(),
  /** Shortest password that is taken, characters. */
  passwordLengthMin: z.int(),
  /** The last change there was: `after` for a stream of events that begins here. Absent for somebody who is nobody. */
  changeId: z.int().optional(),
});

export type Session = z.infer<typeof sessionSchema>;

export const getSession = endpoint({
  id: 'getSession',
  method: 'GET',
  path: '/api/v1/session',
  summary: 'Show who the caller is',
  access: 'public',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: sessionSchema,
  status: 200,
  secretAnswer: true,
});

/** Sets the cookie of a new session. */
export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/api/v1/session',
  summary: 'Sign in with e-mail and password',
  access: 'public',
  params: nothing,
  query: nothing,
  body: z.strictObject({ email: emailSchema, password: passwordSchema }),
  answer: sessionSchema,
  status: 200,
  secretAnswer: true,
  secretBody: true,
});

export const signOut = endpoint({
  id: 'signOut',
  method: 'DELETE',
  path: '/api/v1/session',
  summary: 'End the session of the caller',
  access: 'public',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.object({ signedOut: z.literal(true) }),
  status: 200,
});

/** Ends every other session of the same person. */
export const changePassword = endpoint({
  id: 'changePassword',
  method: 'PUT',
  path: '/api/v1/session/password',
  summary: 'Change the own password',
  access: 'viewer',
  params: nothing,
  query: nothing,
  body: z.strictObject({ currentPassword: passwordSchema, newPassword: passwordSchema }),
  answer: sessionSchema,
  status: 200,
  secretAnswer: true,
  secretBody: true,
});

/** Makes a new one-time code for the first administrator and ends the one before. CONFLICT once somebody can sign in. */
export const createSetupCode = endpoint({
  id: 'createSetupCode',
  method: 'POST',
  path: '/api/v1/setup/code',
  summary: 'Make the one-time code for the first administrator',
  access: 'admin',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.object({
    code: oneTimeTokenSchema,
    /** Page of the dashboard that takes it; the code stands in the fragment, which no server is sent. */
    url: z.string(),
    expiresAt: z.iso.datetime(),
  }),
  status: 201,
  secretAnswer: true,
});

/** Signs the new administrator in. */
export const completeSetup = endpoint({
  id: 'completeSetup',
  method: 'POST',
  path: '/api/v1/setup',
  summary: 'Make the first administrator',
  access: 'public',
  params: nothing,
  query: nothing,
  body: z.strictObject({
    code: oneTimeTokenSchema,
    name: personNameSchema,
    email: emailSchema,
    password: passwordSchema,
  }),
  answer: sessionSchema,
  status: 201,
  secretAnswer: true,
  secretBody: true,
});

/**
 * Why a sign-in with the identity provider did not work: `/sign-in?problem=<one of these>`. Never free text, which somebody
 * could put into a link.
 */
export const signInProblems = [
  /** No identity provider is configured. */
  'not-configured',
  /** The identity provider cannot be reached. */
  'provider-away',
  /** It took too long, was begun in another browser, or was finished before. */
  'expired',
  /** The person, or the identity provider, said no. */
  'cancelled',
  /** What the identity provider answered is not to be trusted: a wrong signature, issuer, audience, nonce or time. */
  'not-trusted',
  /** None of the person's groups has a role here. */
  'no-role',
  'no-email',
  /** The address belongs to somebody who was invited, and the identity provider has not verified it. */
  'email-not-verified',
  'email-not-allowed',
  /** The address belongs to somebody who signs in in another way. */
  'other-account',
  'disabled',
  /** Too many attempts from this address. */
  'locked',
] as const;

export type SignInProblem = (typeof signInProblems)[number];

/** Answers with a redirect to the identity provider; `next` is the page of the dashboard to come back to. */
export const startOidc = endpoint({
  id: 'startOidc',
  method: 'GET',
  path: '/api/v1/oidc/start',
  summary: 'Sign in with the identity provider',
  access: 'public',
  params: nothing,
  query: z.object({ next: z.string().max(2_000).optional() }),
  body: nothing,
  answer: z.unknown(),
  status: 302,
  answerType: 'text/html',
});

/** Where the identity provider sends the browser back to. */
export const finishOidc = endpoint({
  id: 'finishOidc',
  method: 'GET',
  path: '/api/v1/oidc/callback',
  summary: 'Take the answer of the identity provider',
  access: 'public',
  params: nothing,
  query: z.looseObject({}),
  body: nothing,
  answer: z.unknown(),
  status: 302,
  answerType: 'text/html',
});
