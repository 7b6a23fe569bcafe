import { z } from 'zod';

const ratio = z.number().min(0).max(1);

/** What a new release must hold before more of the traffic reaches it. */
export const objectiveSchema = z.strictObject({
  /** Requests that fail by the platform's fault, of all. */
  faultRatioMax: ratio.default(0.01),
  /** How many more may fail than with the old release, as a share of all. */
  faultRatioWorseMax: ratio.default(0.005),
  /** 99 of 100 requests keep this, milliseconds. */
  p99MsMax: z.number().positive().default(1_000),
  /** The old release's p99 times this is kept, too … */
  p99WorseFactorMax: z.number().min(1).default(3),
  /** … unless both are below this, where nobody notices; milliseconds. */
  p99WorseFromMs: z.number().min(0).default(50),
  /** Fewer prove nothing, unless so many of them fail that it is certain. */
  requestsMin: z.number().int().min(100).default(200),
});

export type Objective = z.infer<typeof objectiveSchema>;
