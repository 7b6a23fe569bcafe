import { z } from 'zod';
import { keyUsageTotalsSchema } from '../key-usage.ts';
import { runtimeSettingsSchema } from '../config/runtime-settings.ts';
import { sha256Schema } from '../manifest.ts';
import { signedSnapshotSchema } from '../snapshot.ts';
import { sentReportSchema } from '../telemetry.ts';
import { endpoint } from './endpoint.ts';
import { nothing } from './page.ts';

/** Longest wait of a snapshot poll, milliseconds. */
export const snapshotWaitMsMax = 25_000;

/**
 * Long poll: answers at once when the present snapshot is another than the caller's, otherwise when it changes, or
 * with `snapshot: null` after `waitMs`.
 */
export const pollSnapshot = endpoint({
  id: 'pollSnapshot',
  method: 'GET',
  path: '/api/v1/fleet/snapshot',
  summary: 'Wait for a snapshot other than the given one',
  access: 'gateway',
  params: nothing,
  query: z.object({
    epoch: z.string().default(''),
    version: z.coerce.number().int().default(-1),
    waitMs: z.coerce.number().int().min(0).max(snapshotWaitMsMax).default(0),
  }),
  body: nothing,
  answer: z.object({ snapshot: signedSnapshotSchema.nullable() }),
  status: 200,
});

export const reportGateway = endpoint({
  id: 'reportGateway',
  method: 'POST',
  path: '/api/v1/fleet/report',
  summary: 'Report the state of a gateway',
  access: 'gateway',
  params: nothing,
  query: nothing,
  body: sentReportSchema,
  // A gateway that has served thousands of versions tells of each when it is asked for all counters.
  bodyBytesMax: 4_194_304,
  answer: z.object({
    accepted: z.literal(true),
    /** The control plane has no counters of this process: the next report must be complete. */
    wantsAllCounters: z.boolean().optional(),
    /** What the gateway's log should write, unless the gateway was given a level of its own. */
    logLevel: runtimeSettingsSchema.shape.log_level.optional(),
    /** What all gateways have let through: one without Redis, and one that has just started, would not know. */
    keyUsage: keyUsageTotalsSchema.optional(),
  }),
  status: 200,
});

/** Answer: the file's bytes, `application/octet-stream`, with Range support for continuing. */
export const fetchModelFile = endpoint({
  id: 'fetchModelFile',
  method: 'GET',
  path: '/api/v1/fleet/files/:sha256',
  summary: 'Fetch a model file by digest',
  access: 'gateway',
  params: z.object({ sha256: sha256Schema }),
  query: nothing,
  body: nothing,
  answer: z.unknown(),
  status: 200,
  answerType: 'application/octet-stream',
});
