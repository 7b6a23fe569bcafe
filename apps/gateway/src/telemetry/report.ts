import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import type { GatewayReport, Traffic } from '@cluster-ai/contract/telemetry.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { quantileMs } from './histogram.ts';
import type { VariantStats } from './variant-stats.ts';

/** How often a gateway reports when nothing changes, and how soon when something does, milliseconds. */
const reportEveryMs = 2_000;
const reportSoonMs = 50;
/** Shortest window that rates are computed over. */
const windowSecondsMin = 1;

export interface ReporterOptions {
  readonly controlUrl: string;
  readonly token: () => string | undefined;
  readonly log: Logger;
  readonly stats: () => readonly VariantStats[];
  /** Everything of the report but the traffic. */
  readonly describe: () => Omit<GatewayReport, 'windowSeconds' | 'total' | 'traffic'>;
}

interface Mark {
  readonly requests: number;
  readonly errors: number;
  readonly counters: Float64Array;
}

const unused: Mark = { requests: 0, errors: 0, counters: new Float64Array(0) };

/** Tells the control plane what this gateway serves and how, every two seconds and soon after each change. */
export class Reporter {
  private readonly options: ReporterOptions;
  private marks = new Map<VariantStats, Mark>();
  private markedAtMs = performance.now();
  private timer: NodeJS.Timeout | null = null;
  private dueAtMs = 0;
  private sending = false;
  private failing = false;

  constructor(options: ReporterOptions) {
    this.options = options;
  }

  start(): void {
    this.schedule(reportSoonMs);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Reports soon instead of at the next interval. */
  changed(): void {
    if (this.timer !== null && this.dueAtMs - performance.now() > reportSoonMs) this.schedule(reportSoonMs);
  }

  private schedule(afterMs: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.dueAtMs = performance.now() + afterMs;
    this.timer = setTimeout(() => void this.send(), afterMs);
  }

  private async send(): Promise<void> {
    this.schedule(reportEveryMs);
    if (this.sending) return;
    this.sending = true;
    const { controlUrl, token, log } = this.options;
    try {
      await callEndpoint({ baseUrl: controlUrl, token: token(), timeoutMs: 5_000 }, reportGateway, { body: this.report() });
      this.failing = false;
    } catch (thrown) {
      // Reports are state, not events: the next one says all that this one would have said.
      if (!this.failing) log.warn({ code: toClusterError(thrown).code }, `the control plane does not take reports: ${toClusterError(thrown).message}`);
      this.failing = true;
    } finally {
      this.sending = false;
    }
  }

  private report(): GatewayReport {
    const nowMs = performance.now();
    const windowSeconds = Math.max(0.001, (nowMs - this.markedAtMs) / 1_000);
    const counters = new Float64Array(unitedLength(this.options.stats()));
    const traffic: Traffic[] = [];
    const marks = new Map<VariantStats, Mark>();
    for (const stats of this.options.stats()) {
      const before = this.marks.get(stats) ?? unused;
      const mark = { requests: stats.requests, errors: stats.errorsTotal, counters: stats.total.counters() };
      marks.set(stats, mark);
      const during = mark.counters.map((count, index) => count - (before.counters[index] ?? 0));
      during.forEach((count, index) => (counters[index] = (counters[index] ?? 0) + count));
      traffic.push({ route: stats.route, modelId: stats.modelId, ...rates(mark, before, during, windowSeconds) });
    }
    // A report that follows a change at once would divide by a window too short to mean anything.
    if (windowSeconds >= windowSecondsMin) {
      this.marks = marks;
      this.markedAtMs = nowMs;
    }
    return {
      ...this.options.describe(),
      windowSeconds,
      total: {
        requestsTotal: sum(traffic, 'requestsTotal'),
        errorsTotal: sum(traffic, 'errorsTotal'),
        requestsPerSecond: sum(traffic, 'requestsPerSecond'),
        errorsPerSecond: sum(traffic, 'errorsPerSecond'),
        p50Ms: quantileMs(counters, 0.5),
        p99Ms: quantileMs(counters, 0.99),
      },
      // Requests that reached no variant are in the total only.
      traffic: traffic.filter(({ route }) => route !== ''),
    };
  }
}

function rates(mark: Mark, before: Mark, during: Float64Array, windowSeconds: number): Omit<Traffic, 'route' | 'modelId'> {
  return {
    requestsTotal: mark.requests,
    errorsTotal: mark.errors,
    requestsPerSecond: (mark.requests - before.requests) / windowSeconds,
    errorsPerSecond: (mark.errors - before.errors) / windowSeconds,
    p50Ms: quantileMs(during, 0.5),
    p99Ms: quantileMs(during, 0.99),
  };
}

function unitedLength(stats: readonly VariantStats[]): number {
  return stats[0]?.total.counters().length ?? 0;
}

function sum(traffic: readonly Traffic[], field: 'requestsTotal' | 'errorsTotal' | 'requestsPerSecond' | 'errorsPerSecond'): number {
  return traffic.reduce((total, entry) => total + entry[field], 0);
}
