import type { TlsFigures } from '@cluster-ai/platform/tls/certificate-files.ts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the control plane counts, under names that begin with `cluster_ai_control_plane_`. */
export interface Metrics {
  readonly registry: Registry;
  observeRequest(endpoint: string, status: number, seconds: number): void;
  readonly uploadBytes: Counter;
  readonly predictRequests: Counter<'status'>;
  readonly refusedSignIns: Counter<'reason'>;
}

/** What is read at the moment of a scrape. */
export interface MetricSources {
  readonly snapshotVersion: () => number;
  readonly snapshotWaiters: () => number;
  readonly eventStreams: () => number;
  readonly databaseUp: () => boolean;
  readonly gatewaysConnected: () => number;
  /** Null for a front door without TLS. */
  readonly tls: (() => TlsFigures) | null;
}

const prefix = 'cluster_ai_control_plane_';

/** Up to the longest poll and beyond any alert's threshold. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const duration = new Histogram({
    name: `${prefix}request_duration_seconds`,
    help: 'Time from the request header to the end of the answer.',
    labelNames: ['endpoint', 'status'],
    buckets: durationBuckets,
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge(
    'snapshot_version',
    'Version of the present snapshot, as far as this process has seen.',
    sources.snapshotVersion,
  );
  gauge('snapshot_waiters', 'Gateways that wait for the next snapshot.', sources.snapshotWaiters);
  gauge('event_streams', 'Open streams of server-sent events.', sources.eventStreams);
  gauge('database_up', '1 when the last look at the database succeeded.', () => (sources.databaseUp() ? 1 : 0));
  gauge('gateways_connected', 'Gateways that have reported within the last ten seconds.', sources.gatewaysConnected);
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
  gauge(
    'process_start_time_seconds',
    'Start of the process, seconds since 1970.',
    () => performance.timeOrigin / 1_000,
  );
  if (sources.tls !== null) addTls(registry, sources.tls);
  return {
    registry,
    observeRequest: (endpoint, status, seconds) => duration.observe({ endpoint, status: String(status) }, seconds),
    uploadBytes: new Counter({
      name: `${prefix}upload_bytes_total`,
      help: 'Bytes of model files that were received.',
      registers,
    }),
    predictRequests: new Counter({
      name: `${prefix}predict_requests_total`,
      help: 'Requests to /predict that were passed on to a gateway, by the status of the answer.',
      labelNames: ['status'],
      registers,
    }),
    refusedSignIns: new Counter({
      name: `${prefix}refused_sign_ins_total`,
      help: 'Wrong passwords, one-time codes and tokens, and refusals of the identity provider.',
      labelNames: ['reason'],
      registers,
    }),
  };
}

function addTls(registry: Registry, read: () => TlsFigures): void {
  registry.registerMetric(
    new Gauge({
      name: `${prefix}tls_not_after_seconds`,
      help: 'When the certificate of the front door expires, seconds since 1970.',
      registers: [],
      collect() {
        this.set(read().notAfterMs / 1_000);
      },
    }),
  );
  const counter = (name: string, help: string, count: () => number): Counter =>
    new Counter({
      name: `${prefix}${name}`,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(count());
      },
    });
  registry.registerMetric(
    counter('tls_reloads_total', 'Certificates that replaced another while the process ran.', () => read().reloads),
  );
  registry.registerMetric(
    counter(
      'tls_reload_failures_total',
      'New certificate files that could not be used; the certificate before them stayed.',
      () => read().reloadFailures,
    ),
  );
}
