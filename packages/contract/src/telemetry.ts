import { z } from 'zod';

/** Observed state of one model version on one gateway. */
export const observedModelSchema = z.object({
  id: z.string(),
  digest: z.string(),
  state: z.enum(['LOADING', 'READY', 'FAILED', 'UNLOADING']),
  /** Why it failed, or why it is not merged into batches; empty when there is nothing to say. */
  reason: z.string(),
  isolation: z.enum(['shared', 'dedicated']),
  instances: z.int().nonnegative(),
  /** Merged batches are used: their outputs equalled single runs when the model was probed. */
  batched: z.boolean(),
  loadMs: z.number().nullable(),
  warmUpMs: z.number().nullable(),
});

export type ObservedModel = z.infer<typeof observedModelSchema>;

export const observedRunnerSchema = z.object({
  id: z.string(),
  isolation: z.enum(['shared', 'dedicated']),
  pid: z.int().nullable(),
  restarts: z.int().nonnegative(),
  slots: z.int().nonnegative(),
  rssBytes: z.number().nonnegative(),
});

export type ObservedRunner = z.infer<typeof observedRunnerSchema>;

/** Traffic of one variant over the window that ended with this report; latencies come from the gateway's histograms. */
export const trafficSchema = z.object({
  route: z.string(),
  modelId: z.string(),
  requestsTotal: z.number(),
  errorsTotal: z.number(),
  requestsPerSecond: z.number(),
  errorsPerSecond: z.number(),
  /** Milliseconds; null when the window saw no request. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export type Traffic = z.infer<typeof trafficSchema>;

/** What a gateway tells the control plane every two seconds: the acknowledgement of its snapshot, and its state. */
export const gatewayReportSchema = z.object({
  gateway: z.string().min(1).max(128),
  programVersion: z.string(),
  pid: z.int(),
  startedAtMs: z.number(),
  httpUrl: z.string(),
  /** The snapshot that it answers from; null before the first. */
  applied: z.object({ epoch: z.string(), version: z.int(), good: z.boolean() }).nullable(),
  ready: z.boolean(),
  reasons: z.array(z.string()),
  models: z.array(observedModelSchema),
  runners: z.array(observedRunnerSchema),
  windowSeconds: z.number(),
  inFlight: z.int().nonnegative(),
  queued: z.int().nonnegative(),
  rssBytes: z.number(),
  total: trafficSchema.omit({ route: true, modelId: true }),
  traffic: z.array(trafficSchema),
});

export type GatewayReport = z.infer<typeof gatewayReportSchema>;
