import { keyActions } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { manifestFileSchema, modelSettingsSchema, modelSignatureSchema, sha256Schema } from './manifest.ts';
import { tokenIssuerSchema } from './predict-token.ts';

/**
 * The form that this program writes. Readers take this and the one before it (`snapshot-format-1.ts`), and ignore fields
 * they do not know.
 */
export const snapshotFormatVersion = 2;

export const snapshotModelSchema = z.object({
  /** `<name>@<version>`: what variants point at. */
  id: z.string(),
  name: z.string(),
  version: z.int().positive(),
  /** SHA-256 over the manifest: the identity of the content. */
  digest: sha256Schema,
  files: z.array(manifestFileSchema).min(1),
  signature: modelSignatureSchema,
  settings: modelSettingsSchema,
  /** How often an operator has had it started anew; absent for never. */
  resets: z.int().positive().optional(),
});

export type SnapshotModel = z.infer<typeof snapshotModelSchema>;

const snapshotVariantSchema = z.object({
  /** A `SnapshotModel.id`. */
  modelId: z.string(),
  /** Relative to the other variants of the route; 0 is loaded but without traffic. */
  weight: z.number().nonnegative(),
});

/** Carries the sticky unit unless the route names another header. */
export const stickyHeaderDefault = 'x-cluster-ai-unit';

export const snapshotRouteSchema = z.object({
  /** The public name that clients call. */
  name: z.string(),
  variants: z.array(snapshotVariantSchema).min(1),
  /** Request header whose value is the sticky unit, in lower case. */
  stickyHeader: z.string(),
});

export type SnapshotRoute = z.infer<typeof snapshotRouteSchema>;

/** A name that an operator has unloaded: nothing of it is loaded, and whoever calls it is told so. */
const unloadedRouteSchema = z.object({ name: z.string(), versions: z.array(z.int().positive()) });

export type UnloadedRoute = z.infer<typeof unloadedRouteSchema>;

export const snapshotKeySchema = z.object({
  id: z.string(),
  /** SHA-256 of the whole token. */
  sha256: sha256Schema,
  actions: z.array(z.enum(keyActions)),
  /** Routes that it may name, as in the scope of a key; null is every one. */
  models: z.array(z.string()).nullable(),
  /** Predictions a second; null is no limit. */
  ratePerSecond: z.number().positive().nullable(),
  /** Predictions that may come at once; null is one second's worth. */
  burst: z.number().positive().nullable(),
  /** Predictions of one UTC day; null is no limit. */
  dailyQuota: z.number().positive().nullable(),
  /** Milliseconds since 1970; null never expires. */
  expiresAtMs: z.number().nullable(),
});

export type SnapshotKey = z.infer<typeof snapshotKeySchema>;

/**
 * All that a gateway needs to answer alone. Immutable: a change makes a new version; a restored database starts a new
 * epoch, so that "older" stays decidable.
 */
export const snapshotSchema = z.object({
  formatVersion: z.int(),
  epoch: z.string().min(1),
  version: z.int().nonnegative(),
  createdAtMs: z.number(),
  models: z.array(snapshotModelSchema),
  routes: z.array(snapshotRouteSchema),
  /** Absent for none: a gateway of an older version takes them for names that do not exist. */
  unloaded: z.array(unloadedRouteSchema).optional(),
  keys: z.array(snapshotKeySchema),
  /** Control planes whose short-lived tokens are taken. A snapshot of an older control plane has none. */
  tokenIssuers: z.array(tokenIssuerSchema).default([]),
});

export type Snapshot = z.infer<typeof snapshotSchema>;

/** A snapshot as it is stored and sent: the exact text whose checksum it carries. */
export const signedSnapshotSchema = z.object({
  /** JSON text of a `Snapshot`. */
  text: z.string(),
  /** SHA-256 of `text` in UTF-8. */
  sha256: sha256Schema,
});

export type SignedSnapshot = z.infer<typeof signedSnapshotSchema>;
