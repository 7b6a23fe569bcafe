import { z } from 'zod';
import { batchingVersionsMax, versionBatchingSchema } from './batching.ts';
import { keyUsageMax, keyUsageSchema } from './key-usage.ts';

/** Observed state of one model version on one gateway. */
export const observedModelSchema = z.object({
  id: z.string(),
  digest: z.string(),
  state: z.enum(['LOADING', 'READY', 'FAILED', 'UNLOADING']),
  /** Why it failed, or why it is not merged into batches; empty when there is nothing to say. */
  reason: z.string(),
  /** `inline` is in the gateway itself. */
  isolation: z.enum(['shared', 'dedicated', 'inline']),
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
  /** Versions that it holds, `<name>@<version>`. A gateway of an older version does not tell. */
  models: z.array(z.string()).optional(),
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

/** How the limits of keys are counted: by all gateways together over Redis, or by each alone. */
export const limitsStandingSchema = z.object({
  mode: z.enum(['shared', 'local']),
  redisConfigured: z.boolean(),
  /** Why not together; empty when they are. */
  reason: z.string(),
});

export type LimitsStanding = z.infer<typeof limitsStandingSchema>;

/** The last moment that a `Date` holds, milliseconds since 1970. */
const timeMsMax = 8_640_000_000_000_000;
/** How runners of a gateway are shut in: what its system allows. */
export const runnerConfinementSchema = z.object({
  level: z.enum(['box', 'network', 'none']),
  /** Memory that one runner may fill, bytes. */
  memoryBytesMax: z.number().positive(),
  active: z.array(z.string()),
  missing: z.array(z.object({ protection: z.string(), why: z.string() })),
});

export type RunnerConfinement = z.infer<typeof runnerConfinementSchema>;

/** What a gateway tells the control plane every two seconds: the acknowledgement of its snapshot, and its state. */
export const gatewayReportSchema = z.object({
  gateway: z.string().min(1).max(128),
  programVersion: z.string(),
  pid: z.int(),
  startedAtMs: z.int().nonnegative().max(timeMsMax),
  httpUrl: z.string(),
  /** The snapshot that it answers from; null before the first. */
  applied: z.object({ epoch: z.string(), version: z.int(), good: z.boolean() }).nullable(),
  ready: z.boolean(),
  reasons: z.array(z.string()),
  models: z.array(observedModelSchema),
  runners: z.array(observedRunnerSchema),
  windowSeconds: z.number(),
  /** A gateway of an older version knows no limits. */
  limits: limitsStandingSchema.optional(),
  /** Known once the first model has been asked for. */
  confinement: runnerConfinementSchema.optional(),
  inFlight: z.int().nonnegative(),
  queued: z.int().nonnegative(),
  rssBytes: z.number(),
  total: trafficSchema.omit({ route: true, modelId: true }),
  traffic: z.array(trafficSchema),
});

export type GatewayReport = z.infer<typeof gatewayReportSchema>;

/**
 * Latencies are counted on one fixed grid: bucket 0 takes up to 64 µs, then come four steps in each power of two up to
 * 134 s, and the last bucket takes everything longer. A quantile that is read from it is at most 12 % off either way
 * between 64 µs and 134 s: neighbouring bounds are at most a factor of 1.25 apart, and their geometric middle is shown.
 */
const latencyGrid = {
  stepsPerOctave: 4,
  /** Upper bound of bucket 0 is 2^octaveMin µs; the last bucket begins at 2^octaveMax µs. */
  octaveMin: 6,
  octaveMax: 27,
} as const;

export const latencyBuckets = (latencyGrid.octaveMax - latencyGrid.octaveMin) * latencyGrid.stepsPerOctave + 2;

/** Inclusive upper bound of a bucket, milliseconds; the last bucket has none. */
export function latencyBoundMs(bucket: number): number {
  if (bucket >= latencyBuckets - 1) return Number.POSITIVE_INFINITY;
  const { stepsPerOctave, octaveMin } = latencyGrid;
  const octave = Math.floor(bucket / stepsPerOctave) + octaveMin;
  return (2 ** octave * (1 + (bucket % stepsPerOctave) / stepsPerOctave)) / 1_000;
}

/** A million requests a second for a year. What is kept of the counters, and sums of them, stay whole numbers below it. */
const counterMax = 2 ** 45;

const counter = z.int().nonnegative().max(counterMax);

/** What one variant has answered since its gateway started; numbers only grow. */
export const variantCountersSchema = z.object({
  /** Both are empty for requests that reached no variant. */
  route: z.string().max(256),
  modelId: z.string().max(256),
  /** Requests that were answered with an error, whoever was at fault. */
  errors: counter,
  /** Those of them that were the server's fault: codes with a status of 500 or more. */
  faults: counter,
  /** Requests by latency: count of each bucket of `latencyGrid`, up to the last one that is not 0. Their sum is all requests. */
  latency: z.array(counter).max(latencyBuckets),
});

export type VariantCounters = z.infer<typeof variantCountersSchema>;

/** Counters since the start of the gateway's process, from which the control plane makes the traffic history. */
export const trafficCountersSchema = z.object({
  /** Age of the process by a clock that never jumps: tells which of two reports is the later one, and the time between them. */
  elapsedMs: z.number().nonnegative(),
  /** False when variants are left out that have not changed since the last report that was accepted. */
  complete: z.boolean(),
  variants: z.array(variantCountersSchema),
});

export type TrafficCounters = z.infer<typeof trafficCountersSchema>;

/** A report as it is sent. A gateway of an older version sends no counters. */
export const sentReportSchema = gatewayReportSchema.extend({
  counters: trafficCountersSchema.optional(),
  /** Keys whose use has changed since the last report that was accepted. */
  keyUsage: z.array(keyUsageSchema).max(keyUsageMax).optional(),
  /** How requests become batches. Left out when it is as in the last report that was accepted; a gateway of an older version never sends it. */
  batching: z.array(versionBatchingSchema).max(batchingVersionsMax).optional(),
});

export type SentReport = z.infer<typeof sentReportSchema>;
