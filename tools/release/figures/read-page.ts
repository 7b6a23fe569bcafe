import { errorTable, isErrorCode } from '@cluster-ai/core/errors.ts';

/** The counters of one gateway at one moment, as its `/metrics` says them. */
export interface GatewayCounters {
  /** Which process counted: a container or a pod. */
  readonly instance: string;
  /** Another number means that it was started again, and that its counters began at 0. */
  readonly startedAtSeconds: number;
  readonly requests: number;
  /** Failed requests that were the platform's fault, not the caller's. */
  readonly faults: number;
  /** Requests that took at most so long, by the bound in seconds; the last bound is Infinity. */
  readonly withinSeconds: ReadonlyMap<number, number>;
}

const requestsName = 'cluster_ai_gateway_requests_total';
const errorsName = 'cluster_ai_gateway_errors_total';
const bucketName = 'cluster_ai_gateway_request_duration_seconds_bucket';
const startName = 'cluster_ai_gateway_start_time_seconds';

const sample = /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)(?: -?\d+)?$/;

/**
 * Reads a page of Prometheus' text format, of a gateway or of Prometheus' `/federate`.
 * @throws Error for a page that is not a gateway's: without counters there is nothing to judge by
 */
export function readPage(instance: string, page: string): GatewayCounters {
  let startedAtSeconds = Number.NaN;
  let requests = 0;
  let faults = 0;
  const withinSeconds = new Map<number, number>();
  for (const { name, labels, value } of samplesOf(page)) {
    if (name === startName) startedAtSeconds = value;
    else if (name === requestsName) requests += value;
    else if (name === errorsName && isFault(labelOf(labels, 'code'))) faults += value;
    else if (name === bucketName) {
      const bound = boundOf(labelOf(labels, 'le'));
      withinSeconds.set(bound, (withinSeconds.get(bound) ?? 0) + value);
    }
  }
  if (Number.isNaN(startedAtSeconds)) {
    throw new Error(`the page of ${instance} has no ${startName}: it is not the /metrics of a gateway`);
  }
  return { instance, startedAtSeconds, requests, faults, withinSeconds };
}

/** A code that is not in our table is of a newer release: it counts. */
function isFault(code: string | undefined): boolean {
  if (code === undefined || !isErrorCode(code)) return true;
  // The protocol wants 500 for it, but the caller wrote the shape.
  return code !== 'DIMENSION_NOT_UNSIGNED' && errorTable[code].http >= 500;
}

function* samplesOf(page: string): Generator<{ name: string; labels: string; value: number }> {
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const groups = sample.exec(line)?.groups;
    if (groups?.['name'] === undefined) continue;
    const value = Number(groups['value']?.replace('+Inf', 'Infinity'));
    if (!Number.isNaN(value)) yield { name: groups['name'], labels: groups['labels'] ?? '', value };
  }
}

function labelOf(labels: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
}

function boundOf(text: string | undefined): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}
