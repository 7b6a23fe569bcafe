import { keyActions } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import type { ListFields } from './list-filter.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';

/** What a key may be used for, and how much of it. */
export const keyScopeSchema = z.object({
  actions: z.array(z.enum(keyActions)).min(1),
  /** Routes and models that it may name; an entry that ends in `*` is a prefix; null is every one. */
  models: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,128}\*?$|^\*$/, 'a name, or the beginning of names with a * at its end'))
    .min(1)
    .max(100)
    .nullable(),
  /** Predictions a second, averaged; null is no limit. */
  ratePerSecond: z.number().positive().max(1_000_000).nullable(),
  /** Predictions that may come at once before the rate counts; null is one second's worth. Nothing without a rate. */
  burst: z.int().positive().max(1_000_000).nullable(),
  /** Predictions a day, which begins at 00:00 UTC; null is no limit. */
  dailyQuota: z.int().positive().max(1_000_000_000_000).nullable(),
});

export type KeyScope = z.infer<typeof keyScopeSchema>;

export const apiKeySchema = keyScopeSchema.extend({
  id: z.string(),
  name: z.string(),
  /** The beginning of the key, by which its owner knows it again. */
  prefix: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  /** Who made it, and their id when it was a person. */
  createdBy: z.string(),
  ownerId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  /** As gateways and the control plane have reported it, to the minute. */
  lastUsedAt: z.iso.datetime().nullable(),
  /** Predictions of the present UTC day, as the gateways have reported them. */
  usedToday: z.int().nonnegative(),
});

export type ApiKey = z.infer<typeof apiKeySchema>;

const listFields = {
  name: { type: 'text', about: 'what its owner calls it', searched: true, sortable: true },
  prefix: { type: 'text', about: 'how it begins', searched: true },
  state: { type: 'one-of', about: 'whether it can be used', values: ['active', 'expired', 'revoked'] },
  action: { type: 'one-of', about: 'something that it may be used for', values: keyActions },
  model: { type: 'text', about: 'a name or prefix in its list of models', optional: true },
  createdBy: { type: 'text', about: 'who made it', searched: true, sortable: true },
  createdAt: { type: 'time', about: 'when it was made', sortable: true },
  expiresAt: { type: 'time', about: 'when it ends', optional: true, sortable: true },
  lastUsedAt: { type: 'time', about: 'when it was used last', optional: true, sortable: true },
  usedToday: { type: 'number', about: 'predictions of this UTC day', sortable: true },
} as const satisfies ListFields;

const idParams = z.object({ id: z.string().max(64) });

export const listKeys = endpoint({
  id: 'listKeys',
  method: 'GET',
  path: '/api/v1/keys',
  summary: 'List API keys: one’s own, and everybody’s for administrators',
  access: 'operator',
  params: nothing,
  query: listQuery({ fields: listFields, defaultSort: '-createdAt' }),
  body: nothing,
  answer: listPage(apiKeySchema),
  status: 200,
});

export const getKey = endpoint({
  id: 'getKey',
  method: 'GET',
  path: '/api/v1/keys/:id',
  summary: 'Show one API key',
  access: 'operator',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: apiKeySchema,
  status: 200,
  tag: (key) => key.revokedAt ?? 'active',
});

/** PERMISSION_DENIED for more than the caller has: actions, and for a key its models and the end of its life. */
export const createKey = endpoint({
  id: 'createKey',
  method: 'POST',
  path: '/api/v1/keys',
  summary: 'Make an API key; the key itself is shown in this answer alone',
  access: 'operator',
  names: ['body.models.*'],
  params: nothing,
  query: nothing,
  body: z.strictObject({
    name: z.string().trim().min(1).max(128),
    actions: keyScopeSchema.shape.actions.default(['infer', 'read']),
    models: keyScopeSchema.shape.models.default(null),
    ratePerSecond: keyScopeSchema.shape.ratePerSecond.default(null),
    burst: keyScopeSchema.shape.burst.default(null),
    dailyQuota: keyScopeSchema.shape.dailyQuota.default(null),
    expiresAt: z.iso.datetime().nullable().default(null),
  }),
  answer: z.object({ key: apiKeySchema, secret: z.string(), snapshotVersion: z.int() }),
  status: 201,
  secretAnswer: true,
});

/** What is wished for when a key is made. */
export type NewKey = z.input<typeof createKey.body>;

/** Gateways refuse it within two seconds while they are connected. */
export const revokeKey = endpoint({
  id: 'revokeKey',
  method: 'DELETE',
  path: '/api/v1/keys/:id',
  summary: 'Revoke an API key for good',
  access: 'operator',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: z.object({ key: apiKeySchema, snapshotVersion: z.int() }),
  status: 200,
  tag: ({ key }) => key.revokedAt ?? 'active',
  ifMatch: true,
});
