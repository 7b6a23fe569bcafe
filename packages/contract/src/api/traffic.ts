import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nothing } from './page.ts';

/** Points of one series at most. */
export const trafficPointsMax = 600;

/** Series of one answer at most: those with the most requests. */
export const trafficSeriesMax = 50;

/** One step of a series. A figure that was not measured is null, never 0. */
export const trafficPointSchema = z.object({
  /** Begin of the step, milliseconds since 1970. */
  atMs: z.int(),
  /** Null when no gateway reported in this step. */
  requestsPerSecond: z.number().nullable(),
  /** Requests that were answered with an error, whoever was at fault. */
  errorsPerSecond: z.number().nullable(),
  /** Errors with a status of 500 or more. */
  faultsPerSecond: z.number().nullable(),
  /** At most 12 % off; null when there was no request. */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export type TrafficPoint = z.infer<typeof trafficPointSchema>;

export const trafficSeriesSchema = z.object({
  /** Set for `groupBy=gateway`. */
  gateway: z.string().nullable(),
  /** Set for `groupBy=route` and `version`; empty for requests that reached no route. */
  route: z.string().nullable(),
  /** `<name>@<version>`; set for `groupBy=version`. */
  modelId: z.string().nullable(),
  /** Over the whole range. */
  requests: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  faults: z.int().nonnegative(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** One for each step of the range, oldest first. */
  points: z.array(trafficPointSchema),
});

export type TrafficSeries = z.infer<typeof trafficSeriesSchema>;

/** The begin of the year 9999: what is a step later still has a form with four digits. */
const timeMsMax = 253_370_764_800_000;

export const trafficGroupings = ['none', 'gateway', 'route', 'version'] as const;

export type TrafficGrouping = (typeof trafficGroupings)[number];

export const trafficAnswerSchema = z.object({
  /** The range that is answered: `from` and `to`, widened to whole steps. */
  fromMs: z.int(),
  toMs: z.int(),
  stepSeconds: z.int(),
  /** Most requests first. One series without names for `groupBy=none`. */
  series: z.array(trafficSeriesSchema),
  /** Series that are left out because there are more than the limit. */
  seriesOmitted: z.int().nonnegative(),
});

export type TrafficAnswer = z.infer<typeof trafficAnswerSchema>;

export const getTraffic = endpoint({
  id: 'getTraffic',
  method: 'GET',
  path: '/api/v1/traffic',
  summary: 'Requests, errors and latency over time',
  access: 'read',
  names: ['query.route'],
  params: nothing,
  query: z.object({
    /** Milliseconds since 1970. */
    from: z.coerce.number().int().nonnegative().max(timeMsMax),
    to: z.coerce.number().int().nonnegative().max(timeMsMax),
    /** Seconds; rounded up to what is kept for the range. Unset: the smallest that gives at most 600 points. */
    step: z.coerce.number().int().min(1).max(31_536_000).optional(),
    gateway: z.string().max(128).optional(),
    route: z.string().max(256).optional(),
    groupBy: z.enum(trafficGroupings).default('none'),
  }),
  body: nothing,
  answer: trafficAnswerSchema,
  status: 200,
});
