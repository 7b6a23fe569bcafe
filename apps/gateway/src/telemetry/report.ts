import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import type { GatewayReport, SentReport } from '@cluster-ai/contract/telemetry.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger, LogLevel } from '@cluster-ai/platform/log/log.ts';
import type { ActiveRoute } from '../routing/route-table.ts';
import type { ControlAddresses } from '../control/control-addresses.ts';
import { BatchingReports } from './batching-reports.ts';
import { TrafficCounterReports } from './traffic-counters.ts';
import type { KeyUses } from '../limits/key-uses.ts';
import { TrafficWindow } from './traffic-window.ts';
import type { VariantStats } from './variant-stats.ts';

/** How often a gateway reports when nothing changes, and how soon when something does, milliseconds. */
const reportEveryMs = 2_000;
const reportSoonMs = 50;
const reportTimeoutMs = 5_000;

/** Everything of a report but the traffic. */
export type GatewayDescription = Omit<GatewayReport, 'windowSeconds' | 'total' | 'traffic'>;

export interface ReporterOptions {
  readonly control: ControlAddresses;
  readonly token: () => string | undefined;
  readonly log: Logger;
  readonly stats: () => readonly VariantStats[];
  readonly routes: () => readonly ActiveRoute[];
  readonly describe: () => GatewayDescription;
  /** What the log should write, says the control plane; called with each answer. */
  readonly onLogLevel: (level: LogLevel) => void;
  readonly uses: Pick<KeyUses, 'changes' | 'accepted'>;
}

/** Tells the control plane what this gateway serves and how, every two seconds and soon after each change. */
export class Reporter {
  private readonly options: ReporterOptions;
  private readonly window = new TrafficWindow(performance.now());
  private readonly counters = new TrafficCounterReports();
  private readonly batching: BatchingReports;
  private timer: NodeJS.Timeout | null = null;
  private dueAtMs = 0;
  private sending = false;
  /** Something changed while a report was on its way. */
  private outdated = false;
  private failing = false;

  constructor(options: ReporterOptions) {
    this.options = options;
    this.batching = new BatchingReports(options.routes);
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
    if (this.sending) {
      this.outdated = true;
      return;
    }
    this.sending = true;
    this.outdated = false;
    const { control, token, log, uses } = this.options;
    const url = control.present;
    try {
      const keyUsage = uses.changes();
      const answer = await callEndpoint({ baseUrl: url, token: token(), timeoutMs: reportTimeoutMs }, reportGateway, {
        body: { ...this.report(), keyUsage },
      });
      this.counters.acknowledged(answer.wantsAllCounters === true);
      this.batching.acknowledged();
      if (answer.logLevel !== undefined) this.options.onLogLevel(answer.logLevel);
      uses.accepted(keyUsage, answer.keyUsage ?? null);
      this.failing = false;
    } catch (thrown) {
      control.failed(url);
      // Reports are state, not events: the next one says all that this one would have said.
      const { code, message, cause } = toClusterError(thrown);
      if (!this.failing) {
        log.warn({ code, error: cause ?? message }, `the control plane does not take reports: ${message}`);
      }
      this.failing = true;
    } finally {
      this.sending = false;
      if (this.outdated && this.timer !== null) this.schedule(reportSoonMs);
    }
  }

  private report(): SentReport {
    const stats = this.options.stats();
    const nowMs = performance.now();
    const batching = this.batching.next(nowMs);
    return {
      ...this.options.describe(),
      ...this.window.measure(stats, nowMs),
      counters: this.counters.next(stats, nowMs),
      ...(batching === undefined ? {} : { batching: [...batching] }),
    };
  }
}
