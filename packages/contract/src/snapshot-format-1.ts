import type { KeyAction } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { sha256Schema } from './manifest.ts';
import { snapshotFormatVersion, snapshotSchema, type Snapshot } from './snapshot.ts';

/** What the first form called a scope, in the actions of today: `infer` was enough to read metadata. */
const actionsOfScope: Readonly<Record<'infer' | 'admin', readonly KeyAction[]>> = {
  infer: ['infer', 'read'],
  admin: ['read', 'operate', 'admin'],
};

/** Reads a snapshot of format 1: keys had scopes and no limits, and there were no issuers of tokens. */
export const snapshotFormat1Schema = snapshotSchema
  .extend({
    formatVersion: z.literal(1),
    keys: z.array(
      z.object({
        id: z.string(),
        sha256: sha256Schema,
        scopes: z.array(z.enum(['infer', 'admin'])),
        expiresAtMs: z.number().nullable(),
      }),
    ),
  })
  .transform(({ keys, ...rest }): Snapshot => ({
    ...rest,
    formatVersion: snapshotFormatVersion,
    keys: keys.map(({ scopes, ...key }) => ({
      ...key,
      actions: [...new Set(scopes.flatMap((scope) => actionsOfScope[scope]))],
      models: null,
      ratePerSecond: null,
      burst: null,
      dailyQuota: null,
    })),
  }));
