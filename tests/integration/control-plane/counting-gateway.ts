import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { latencyBoundMs } from '@cluster-ai/contract/telemetry.ts';
import type { SentReport, VariantCounters } from '@cluster-ai/contract/telemetry.ts';
import type { RunningPlane } from './fixture.ts';
import { gatewayReport } from './gateway-report.ts';

interface Answered {
  readonly route: string;
  readonly modelId: string;
  readonly latencyMs: number;
  readonly outcome?: 'error' | 'fault';
}

/** A gateway that answers nothing but reports as a real one does: counters since its start, and its age. */
export class CountingGateway {
  private readonly name: string;
  private startedAtMs: number;
  private elapsedMs: number;
  private variants = new Map<string, VariantCounters>();
  private complete = true;

  /** @param ageMs for how long it has been running. */
  constructor(name: string, ageMs = 1_000) {
    this.name = name;
    this.elapsedMs = ageMs;
    this.startedAtMs = Date.now() - ageMs;
  }

  answer({ route, modelId, latencyMs, outcome }: Answered): void {
    const key = `${route} ${modelId}`;
    const before = this.variants.get(key) ?? { route, modelId, errors: 0, faults: 0, latency: [] };
    const latency = [...before.latency];
    let bucket = 0;
    while (latencyMs > latencyBoundMs(bucket)) bucket += 1;
    while (latency.length <= bucket) latency.push(0);
    latency[bucket] = (latency[bucket] ?? 0) + 1;
    const errors = before.errors + (outcome === undefined ? 0 : 1);
    this.variants.set(key, { ...before, latency, errors, faults: before.faults + (outcome === 'fault' ? 1 : 0) });
  }

  passes(durationMs: number): void {
    this.elapsedMs += durationMs;
  }

  restart(): void {
    this.startedAtMs += this.elapsedMs;
    this.elapsedMs = 100;
    this.variants = new Map();
    this.complete = true;
  }

  /** The report that it would send now. */
  report(): SentReport {
    return {
      ...gatewayReport({ id: 'iris@1', digest: '0'.repeat(64) }, { gateway: this.name, startedAtMs: this.startedAtMs }),
      counters: { elapsedMs: this.elapsedMs, complete: this.complete, variants: [...this.variants.values()] },
    };
  }

  async send(plane: RunningPlane, report: SentReport = this.report()): Promise<void> {
    const answer = await callEndpoint(plane.gateway, reportGateway, { body: report });
    this.complete = answer.wantsAllCounters === true;
  }

  get mustTellAll(): boolean {
    return this.complete;
  }
}
