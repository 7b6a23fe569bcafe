import { z } from 'zod';

/** How a release comes to serve everybody. */
export const canaryPlanSchema = z.strictObject({
  /** Percent of the requests, step by step; the last is all of them. */
  steps: z
    .array(z.number().int().min(1).max(100))
    .min(1)
    .max(20)
    .default([5, 25, 50, 100])
    .refine((steps) => steps.at(-1) === 100, 'the last step must be 100: a release ends by serving everybody')
    .refine((steps) => steps.every((step, index) => step > (steps[index - 1] ?? 0)), 'each step must be more'),
  /** A step lasts at least this long, however good it looks: some faults need time. */
  stepMsMin: z.number().int().min(0).max(86_400_000).default(60_000),
  /** A step that has not passed by then has failed: too few requests are no proof. */
  stepMsMax: z.number().int().min(1_000).max(86_400_000).default(900_000),
  /** Between two looks at the figures. */
  lookEveryMs: z.number().int().min(100).max(60_000).default(2_000),
});

export type CanaryPlan = z.infer<typeof canaryPlanSchema>;
