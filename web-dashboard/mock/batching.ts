import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import type { Scenario } from './fleet.ts';
import { rates } from './rates.ts';

const loadedAtMs = Date.now() - 3_600_000;

const none = { full: 0, preferred: 0, delay: 0, idle: 0, deadline: 0, shape: 0, priority: 0, alone: 0 };

/** What differs from version to version: shares of reasons and of sizes, and times in milliseconds. */
interface Course {
  readonly closed: Readonly<Partial<Record<keyof typeof none, number>>>;
  /** By the largest number of rows. */
  readonly sizes: Readonly<Record<number, number>>;
  readonly meanRows: number;
  readonly queueMs: number;
  readonly computeMs: number;
  readonly more: Partial<GatewayBatching>;
}

const gatewaysRules: GatewayBatching['rules'] = {
  rowsMax: 32,
  preferredRows: [32],
  delayMs: 0,
  keepsOrder: false,
  levels: 0,
  origins: { rows: 'gateway', delay: 'gateway', rest: 'gateway' },
};

const courses: Readonly<Record<string, Course>> = {
  'iris@1': {
    closed: { idle: 0.72, full: 0.23, shape: 0.05 },
    sizes: { 1: 0.4, 2: 0.14, 3: 0.08, 4: 0.06, 6: 0.04, 12: 0.03, 16: 0.02, 32: 0.23 },
    meanRows: 9.4,
    queueMs: 0.21,
    computeMs: 0.34,
    more: {
      advice: [
        {
          kind: 'allWell',
          finding: 'nothing is in the way: 9.4 rows in a batch on average',
          change: null,
          configuration: null,
        },
      ],
    },
  },
  'mnist@4': {
    closed: { full: 0.61, delay: 0.22, preferred: 0.1, idle: 0.05, deadline: 0.0149, priority: 0.0051 },
    sizes: { 1: 0.03, 2: 0.05, 3: 0.06, 4: 0.15, 6: 0.1, 8: 0.61 },
    meanRows: 6.6,
    queueMs: 8.4,
    computeMs: 2.1,
    more: {
      waiting: 11,
      refused: { queueFull: 3_204, queueTimeout: 17 },
      takenApart: 2,
      rules: {
        rowsMax: 8,
        preferredRows: [4, 8],
        delayMs: 0.5,
        keepsOrder: true,
        levels: 2,
        origins: { rows: 'setting', delay: 'configuration', rest: 'configuration' },
      },
      advice: [
        {
          kind: 'queueFull',
          finding: '3204 requests were refused because as many waited as max_queue_size allows',
          change: 'raise instance_group count, or max_queue_size where clients may rather wait',
          configuration: 'instance_group [ { count: 2 } ]',
        },
        {
          kind: 'takenApart',
          finding: '2 batches failed as a whole, and their requests ran again one by one',
          change:
            'look into the log for the requests that the model refuses: each of them costs its batch a second run',
          configuration: null,
        },
        {
          kind: 'full',
          finding: '61 % of the batches were full (8 rows), and half of the requests waited for more than 8.4 ms',
          change: 'raise max_batch_size, or instance_group count where a core is free',
          configuration: 'max_batch_size: 16',
        },
      ],
    },
  },
  'mnist@5': {
    closed: { idle: 0.93, shape: 0.07 },
    sizes: { 1: 0.9, 2: 0.06, 3: 0.04 },
    meanRows: 1.1,
    queueMs: 0.08,
    computeMs: 1.4,
    more: {
      rules: {
        ...gatewaysRules,
        rowsMax: 8,
        preferredRows: [8],
        origins: { rows: 'automatic', delay: 'automatic', rest: 'gateway' },
      },
      automatic: {
        objectiveMs: 10,
        standing: 'held',
        p99Ms: 7.9,
        choice: { rowsMax: 8, delayMs: 0, instances: 1 },
        decisions: [
          {
            what: 'instances',
            chosen: '1 instance',
            because: 'it was busy for 6 % of the time',
            atMs: loadedAtMs + 60_000,
          },
          {
            what: 'delay',
            chosen: '0 ms',
            because: 'with 42 requests a second nobody comes within the time of a run',
            atMs: loadedAtMs + 120_000,
          },
          {
            what: 'rows',
            chosen: '8 rows',
            because: 'a batch of 16 took 6.2 ms, more than half of the objective of 10 ms',
            atMs: loadedAtMs + 1_800_000,
          },
        ],
      },
      advice: [
        {
          kind: 'littleTraffic',
          finding:
            '93 % of the batches left at once, since the model was free and nobody else waited: there is little traffic for batches',
          change: null,
          configuration: null,
        },
      ],
    },
  },
  'silero-vad@1': {
    closed: { alone: 1 },
    sizes: { 1: 1 },
    meanRows: 1,
    queueMs: 0.05,
    computeMs: 0.9,
    more: {
      rules: { ...gatewaysRules, rowsMax: 0, preferredRows: [] },
      apartReason: 'outputs of a merged run differed from single runs',
      advice: [
        {
          kind: 'modelApart',
          finding: 'outputs of a merged run differed from single runs',
          change: 'export the model with a free first dimension, every row of which is computed by itself',
          configuration: null,
        },
      ],
    },
  },
};

/** What gateways tell of the batches of a model; counts grow with the mock's own rate of requests. */
export function mockBatching(scenario: Scenario, model: string, atMs: number): GatewayBatching[] {
  if (scenario === 'no-gateway' || scenario === 'empty' || model === 'sentiment') return [];
  const gateways = scenario === 'degraded' ? ['gateway-1', 'gateway-2'] : ['gateway-1'];
  const ids = model === 'mnist' ? ['mnist@5', 'mnist@4'] : [`${model}@1`];
  return ids.flatMap((id) =>
    gateways.map((gateway, index) =>
      Object.assign(explanation(id, scenario === 'idle' ? 0 : (rates[id] ?? 0) / (1 + index), atMs), {
        gateway,
        connected: index === 0,
        reportedAt: new Date(atMs - index * 95_000).toISOString(),
      }),
    ),
  );
}

function explanation(
  id: string,
  rate: number,
  atMs: number,
): Omit<GatewayBatching, 'gateway' | 'connected' | 'reportedAt'> {
  const [model = id, version] = id.split('@');
  const course = courses[id];
  const base = { model, version: Number(version), waiting: 0, rules: gatewaysRules, apartReason: null };
  const nothing = { refused: { queueFull: 0, queueTimeout: 0 }, takenApart: 0, advice: [] };
  const times = { count: 0, meanMs: null, p50Ms: null, p99Ms: null };
  if (course === undefined || rate === 0) {
    const { rules = gatewaysRules, apartReason = null } = course?.more ?? {};
    const counts = { batches: 0, requests: 0, rows: 0, closed: none, sizes: [], queue: times, compute: times };
    return { ...base, ...counts, ...nothing, rules, apartReason };
  }
  const rows = Math.round((rate * (atMs - loadedAtMs)) / 1_000);
  const wanted = Math.round(rows / course.meanRows);
  const sizes = Object.entries(course.sizes).map(([rowsMax, share]) => ({
    rowsMax: Number(rowsMax),
    batches: Math.round(wanted * share),
  }));
  const batches = sizes.reduce((sum, size) => sum + size.batches, 0);
  return {
    ...base,
    ...nothing,
    batches,
    requests: rows,
    rows,
    closed: closedOf(course, batches),
    sizes,
    queue: timesOf(rows, course.queueMs),
    compute: timesOf(batches, course.computeMs),
    ...course.more,
  };
}

/** Whole counts that add up. */
function closedOf({ closed }: Course, batches: number): typeof none {
  const counts = { ...none };
  let left = batches;
  for (const [reason, share] of Object.entries(closed).slice(1)) {
    const count = Math.round(batches * share);
    Object.assign(counts, { [reason]: count });
    left -= count;
  }
  return { ...counts, [Object.keys(closed)[0] ?? 'idle']: left };
}

function timesOf(count: number, p50Ms: number) {
  return { count, meanMs: p50Ms * 1.2, p50Ms, p99Ms: p50Ms * 3.1 };
}
