import { z } from 'zod';

/** Keys of which one report tells at most; the others follow in the next. */
export const keyUsageMax = 2_000;

/** The last day that a `Date` holds, in days since 1970. */
const dayMax = 100_000_000;

/** What one gateway has counted for a key since it started. */
export const keyUsageSchema = z.object({
  key: z.string().max(64),
  /** The UTC day that is counted, in days since 1970. */
  day: z.int().nonnegative().max(dayMax),
  /** Predictions of that day that this run of the gateway has let through. */
  requests: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  lastUsedMs: z.number().nonnegative(),
});

export type KeyUsage = z.infer<typeof keyUsageSchema>;

/** What all gateways together have counted, for the keys that have a daily quota. */
export const keyUsageTotalsSchema = z.object({
  day: z.int().nonnegative(),
  used: z.record(z.string(), z.int().nonnegative()),
});

export type KeyUsageTotals = z.infer<typeof keyUsageTotalsSchema>;
