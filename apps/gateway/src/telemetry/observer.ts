import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { BatchTimes } from '../batching/ticket.ts';
import { LineLimit } from './line-limit.ts';
import { VariantStats } from './variant-stats.ts';

/** The times of one request, filled in as it passes the stages. */
export interface Watch {
  readonly startedAtMs: number;
  /** When the body was complete. */
  receivedAtMs: number;
  decodedAtMs: number;
  batch: BatchTimes | null;
  encodeStartedAtMs: number;
}

export interface ObserverOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly slowRequestMs: number;
  /** Every n-th request is logged; 0 logs none. */
  readonly sampleEvery: number;
  /** Which requests are traced: a line with the time of each of their stages. */
  readonly traces: { takes(route: string): boolean };
}

/** What is known about the request for its log line. */
export interface RequestFacts {
  readonly requestId: string;
  readonly route: string;
}

/** Requests that never reached a variant are counted here: labels must not grow with what clients invent. */
const noVariant = '';

/**
 * Counts and measures. The request path pays for a few additions to preallocated arrays; only errors, slow requests and
 * a sample are written to the log.
 */
export class Observer {
  private readonly options: ObserverOptions;
  private readonly variants = new Map<string, VariantStats>();
  private readonly unrouted = new VariantStats(noVariant, noVariant);
  private readonly slowLines = new LineLimit();
  private readonly errorLines = new LineLimit();
  private sinceSample = 0;

  constructor(options: ObserverOptions) {
    this.options = options;
  }

  begin(): Watch {
    return {
      startedAtMs: this.options.clock.nowMs(),
      receivedAtMs: 0,
      decodedAtMs: 0,
      batch: null,
      encodeStartedAtMs: 0,
    };
  }

  nowMs(): number {
    return this.options.clock.nowMs();
  }

  /** The counters of a variant; kept when the variant goes, because a counter that vanishes reads as a reset. */
  statsFor(route: string, modelId: string): VariantStats {
    const key = `${route}\u0000${modelId}`;
    const known = this.variants.get(key);
    if (known !== undefined) return known;
    const made = new VariantStats(route, modelId);
    this.variants.set(key, made);
    return made;
  }

  allStats(): VariantStats[] {
    return [...this.variants.values(), this.unrouted];
  }

  succeeded(watch: Watch, stats: VariantStats, facts: RequestFacts): void {
    const endedAtMs = this.options.clock.nowMs();
    const totalMs = endedAtMs - watch.startedAtMs;
    stats.requests += 1;
    stats.total.observe(totalMs);
    stats.stages.receive.observe(watch.receivedAtMs - watch.startedAtMs);
    stats.stages.decode.observe(watch.decodedAtMs - watch.receivedAtMs);
    stats.stages.encode.observe(endedAtMs - watch.encodeStartedAtMs);
    if (watch.batch !== null) {
      stats.stages.queue.observe(watch.batch.queueMs);
      stats.stages.execute.observe(watch.batch.executeMs);
      stats.stages.compute.observe(watch.batch.computeMs);
      countBatch(stats, watch.batch);
      const durationMs = watch.encodeStartedAtMs - watch.decodedAtMs;
      stats.inference.succeeded(watch.batch, durationMs, this.options.clock.wallMs());
    }
    if (this.options.traces.takes(facts.route)) this.logTrace(watch, facts, stats.modelId, endedAtMs);
    this.sinceSample += 1;
    const sampled = this.sinceSample === this.options.sampleEvery;
    if (sampled) this.sinceSample = 0;
    if (totalMs > this.options.slowRequestMs) this.logSlow(facts, stats.modelId, totalMs, endedAtMs);
    else if (sampled) {
      this.options.log.info({ ...facts, model: stats.modelId, durationMs: totalMs }, 'request (sampled)');
    }
  }

  failed(watch: Watch, stats: VariantStats | null, facts: RequestFacts, error: ClusterError): void {
    const counted = stats ?? this.unrouted;
    const endedAtMs = this.options.clock.nowMs();
    const durationMs = endedAtMs - watch.startedAtMs;
    counted.requests += 1;
    counted.countError(error.code);
    counted.total.observe(durationMs);
    // What could not be read is no request of the model's.
    if (watch.decodedAtMs > 0) {
      stats?.inference.failed(endedAtMs - watch.decodedAtMs, this.options.clock.wallMs(), watch.batch);
    }
    // It ran, though its answer could not be written.
    if (stats !== null && watch.batch !== null) countBatch(stats, watch.batch);
    const fields = { ...facts, model: counted.modelId, code: error.code, durationMs };
    if (error.httpStatus < 500) {
      this.options.log.debug(fields, `request refused: ${error.message}`);
      return;
    }
    const leftOut = this.errorLines.take(endedAtMs);
    if (leftOut === null) return;
    this.options.log.error(
      { ...fields, ...omission(leftOut), error: error.cause ?? error.message },
      `request failed: ${error.message}`,
    );
  }

  private logTrace(watch: Watch, facts: RequestFacts, model: string, endedAtMs: number): void {
    const trace = {
      receiveMs: watch.receivedAtMs - watch.startedAtMs,
      decodeMs: watch.decodedAtMs - watch.receivedAtMs,
      ...watch.batch,
      encodeMs: endedAtMs - watch.encodeStartedAtMs,
      totalMs: endedAtMs - watch.startedAtMs,
    };
    this.options.log.info({ ...facts, model, trace }, 'request (traced)');
  }

  private logSlow(facts: RequestFacts, modelId: string, durationMs: number, nowMs: number): void {
    const leftOut = this.slowLines.take(nowMs);
    if (leftOut !== null) {
      this.options.log.warn({ ...facts, model: modelId, durationMs, ...omission(leftOut) }, 'slow request');
    }
  }
}

/** A batch is counted by one of its requests, so that batches and rows can be divided. */
function countBatch(stats: VariantStats, batch: BatchTimes): void {
  if (batch.leads) stats.batches += 1;
  stats.batchedRows += batch.rows;
}

function omission(linesLeftOut: number): { readonly linesLeftOut?: number } {
  return linesLeftOut === 0 ? {} : { linesLeftOut };
}
