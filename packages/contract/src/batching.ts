import { adviceKinds } from '@cluster-ai/core/batching/advise.ts';
import type { ClosingReason } from '@cluster-ai/core/batching/batch-counts.ts';
import { z } from 'zod';

/** Versions of which one report tells at most: those with the most batches. */
export const batchingVersionsMax = 200;

const count = z.int().nonnegative();

/** Milliseconds; null before the first. */
const timesSchema = z.object({
  count,
  meanMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

/** A kind that an older program does not know is read as null: its sentences say all. */
const adviceSchema = z.object({
  kind: z.enum(adviceKinds).nullable().catch(null),
  finding: z.string(),
  /** What to change; null when nothing needs to be. */
  change: z.string().nullable(),
  /** The same as lines of `config.pbtxt`; null where no line does it. */
  configuration: z.string().nullable(),
});

/**
 * Who decided: a model's setting in the registry, its own configuration, the gateway where neither says anything, or
 * what is picked for a latency objective.
 */
const originSchema = z.enum(['setting', 'configuration', 'gateway', 'automatic']);

const rulesSchema = z.object({
  /** 0: each request runs alone. */
  rowsMax: count,
  preferredRows: z.array(count),
  delayMs: z.number().nonnegative(),
  keepsOrder: z.boolean(),
  /** 0: there is no priority. */
  levels: count,
  /** Who says how many rows, how long they wait, and the rest. */
  origins: z.object({ rows: originSchema, delay: originSchema, rest: originSchema }),
});

/** What is picked for a latency objective at this moment, and why. */
const automaticSchema = z.object({
  objectiveMs: z.number(),
  /** Whether it is held. */
  standing: z.enum(['measuring', 'held', 'adjusting', 'missed']),
  /** Of the last window; null before the first. */
  p99Ms: z.number().nullable(),
  choice: z.object({ rowsMax: count, delayMs: z.number().nonnegative(), instances: count }),
  /** The last ones, oldest first. */
  decisions: z.array(
    z.object({
      what: z.string(),
      /** With its unit. */
      chosen: z.string(),
      because: z.string(),
      /** Milliseconds since 1970. */
      atMs: z.number().nonnegative(),
    }),
  ),
});

const closedSchema = z.object({
  full: count,
  preferred: count,
  delay: count,
  idle: count,
  deadline: count,
  shape: count,
  priority: count,
  alone: count,
} satisfies Record<ClosingReason, z.ZodType>);

/**
 * How the requests of one version become runs on one gateway, since it was loaded there: the same as in
 * `GET /v2/models/{name}/explain` of that gateway.
 */
export const versionBatchingSchema = z.object({
  model: z.string(),
  version: z.int().positive(),
  /** Requests that wait. */
  waiting: count,
  rules: rulesSchema,
  /** Why requests are not merged; null when they are. */
  apartReason: z.string().nullable(),
  batches: count,
  /** Requests in them; each run of one that ran twice counts. */
  requests: count,
  rows: count,
  closed: closedSchema,
  /** Batches by rows, ascending: up to `rowsMax`, and more than the entry before. */
  sizes: z.array(z.object({ rowsMax: count, batches: count })),
  /** Of each request, from its arrival to its handing over. */
  queue: timesSchema,
  /** Of each batch, inside the runtime. */
  compute: timesSchema,
  refused: z.object({ queueFull: count, queueTimeout: count }),
  /** Batches that failed, and whose requests ran again one by one. */
  takenApart: count,
  advice: z.array(adviceSchema),
  /** Absent without a latency objective. */
  automatic: automaticSchema.optional(),
});

export type VersionBatching = z.infer<typeof versionBatchingSchema>;

/** The same, as the control plane knows it. */
export const gatewayBatchingSchema = versionBatchingSchema.extend({
  gateway: z.string(),
  /** When the gateway told it; it tells again when something has changed. */
  reportedAt: z.iso.datetime(),
  /** The gateway has reported within the last ten seconds. */
  connected: z.boolean(),
});

export type GatewayBatching = z.infer<typeof gatewayBatchingSchema>;
