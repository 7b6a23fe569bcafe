import { roles } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import type { ListFields } from './list-filter.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';
import {
  emailSchema,
  oneTimeTokenSchema,
  passwordSchema,
  personNameSchema,
  roleSchema,
  sessionSchema,
} from './session.ts';

export const userSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  /** Empty until an invitation was accepted. */
  name: z.string(),
  role: roleSchema,
  /** `invited`: the link was not used yet. `locked`: too many wrong passwords; ends by itself. */
  state: z.enum(['active', 'invited', 'disabled', 'locked']),
  /** How the person signs in; null before the first time. */
  signsInWith: z.enum(['password', 'oidc']).nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  lastSignInAt: z.iso.datetime().nullable(),
  lockedUntil: z.iso.datetime().nullable(),
  /** Open sessions. */
  sessions: z.int(),
});

export type User = z.infer<typeof userSchema>;

/** `locked` is no value of `state` here: a lock ends by itself, and is told with each person. */
export const userListFields = {
  email: { type: 'text', about: 'e-mail address', searched: true, sortable: true },
  name: { type: 'text', about: 'their name', searched: true, sortable: true },
  role: { type: 'one-of', about: 'what they may do', values: roles, sortable: true },
  state: {
    type: 'one-of',
    about: 'whether they can sign in',
    values: ['active', 'invited', 'disabled'],
    sortable: true,
  },
  signsInWith: {
    type: 'one-of',
    about: 'how they signed in last',
    values: ['password', 'oidc'],
    optional: true,
  },
  createdAt: { type: 'time', about: 'when they were invited', sortable: true },
  createdBy: { type: 'text', about: 'who invited them', searched: true },
  lastSignInAt: { type: 'time', about: 'when they signed in last', optional: true, sortable: true },
} as const satisfies ListFields;

const idParams = z.object({ id: z.uuid() });

/** What tells one state of a person from another: what an administrator can change. */
export function userTag({ role, disabled }: { readonly role: string; readonly disabled: boolean }): string {
  return disabled ? `${role}.disabled` : role;
}

const tagOfUser = ({ role, state }: User): string => userTag({ role, disabled: state === 'disabled' });

/** A link that can be used once. It is shown in this answer alone; the token stands in its fragment. */
const oneTimeLink = z.object({ user: userSchema, url: z.string(), expiresAt: z.iso.datetime() });

export const listUsers = endpoint({
  id: 'listUsers',
  method: 'GET',
  path: '/api/v1/users',
  summary: 'List people',
  access: 'admin',
  params: nothing,
  query: listQuery({ fields: userListFields, defaultSort: 'email' }),
  body: nothing,
  answer: listPage(userSchema),
  status: 200,
});

export const getUser = endpoint({
  id: 'getUser',
  method: 'GET',
  path: '/api/v1/users/:id',
  summary: 'Show one person',
  access: 'admin',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: userSchema,
  status: 200,
  tag: tagOfUser,
});

export const inviteUser = endpoint({
  id: 'inviteUser',
  method: 'POST',
  path: '/api/v1/users',
  summary: 'Invite somebody: makes a link that can be used once',
  access: 'admin',
  params: nothing,
  query: nothing,
  body: z.strictObject({ email: emailSchema, role: roleSchema }),
  answer: oneTimeLink,
  status: 201,
  secretAnswer: true,
});

/** CONFLICT for a change that would leave no administrator who can sign in. Ends the person's sessions. */
export const updateUser = endpoint({
  id: 'updateUser',
  method: 'PATCH',
  path: '/api/v1/users/:id',
  summary: 'Change the role of a person, disable or enable them',
  access: 'admin',
  params: idParams,
  query: nothing,
  body: z.strictObject({ role: roleSchema.optional(), disabled: z.boolean().optional() }),
  answer: userSchema,
  status: 200,
  tag: tagOfUser,
  ifMatch: true,
});

export const deleteUser = endpoint({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/api/v1/users/:id',
  summary: 'Remove a person; their keys are revoked',
  access: 'admin',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: z.object({ deleted: z.string() }),
  status: 200,
  ifMatch: true,
});

/** A new link, for an invitation that expired and for a forgotten password. Ends a lockout. */
export const createUserLink = endpoint({
  id: 'createUserLink',
  method: 'POST',
  path: '/api/v1/users/:id/link',
  summary: 'Make a new one-time link with which a person sets a password',
  access: 'admin',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: oneTimeLink,
  status: 201,
  secretAnswer: true,
});

/** For the page behind the link: whom it is for. A POST, so that the token is in no address. */
export const showInvitation = endpoint({
  id: 'showInvitation',
  method: 'POST',
  path: '/api/v1/invitations/show',
  summary: 'Show whom a one-time link is for',
  access: 'public',
  params: nothing,
  query: nothing,
  body: z.strictObject({ token: oneTimeTokenSchema }),
  answer: z.object({ email: z.string(), name: z.string(), role: roleSchema, expiresAt: z.iso.datetime() }),
  status: 200,
  secretBody: true,
});

/** Sets name and password, uses the link up and signs the person in. */
export const acceptInvitation = endpoint({
  id: 'acceptInvitation',
  method: 'POST',
  path: '/api/v1/invitations/accept',
  summary: 'Use a one-time link: set name and password',
  access: 'public',
  params: nothing,
  query: nothing,
  body: z.strictObject({ token: oneTimeTokenSchema, name: personNameSchema, password: passwordSchema }),
  answer: sessionSchema,
  status: 200,
  secretAnswer: true,
  secretBody: true,
});
