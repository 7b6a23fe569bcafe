import { expect, test } from 'vitest';
import { BatchFigures } from '../batching/batch-figures.ts';
import { renderMetrics } from './collect.ts';
import { metricCatalogue } from './metric-catalogue.ts';
import { VariantStats } from './variant-stats.ts';

const iris = new VariantStats('iris', 'iris@1');
iris.requests = 3;
iris.countError('OVERLOADED');
iris.total.observe(5);

const batches = new BatchFigures();
batches.handedOver('full', 64, 60);
batches.handedOver('idle', 3, 2);
batches.queueFull = 5;

const page = renderMetrics({
  batching: [
    {
      model: 'iris@1',
      figures: batches.snapshot(),
      rules: { rowsMax: 16, delayMs: 0.5 },
      instances: 2,
      automatic: { objectiveMs: 20, standing: 'missed' },
    },
  ],
  gateway: 'gateway-2',
  stats: [iris, new VariantStats('', '')],
  inFlight: 2,
  bodyBytes: 900,
  coresAwake: true,
  admissionRefused: { requests: 0, body_bytes: 5 },
  queued: 1,
  ready: true,
  limitsShared: false,
  limitsRefused: { rate: 3, quota: 0, lockout: 1 },
  snapshotVersion: 7,
  snapshotStalenessSeconds: 0.5,
  tls: { notAfterMs: 1_800_000_000_000, reloads: 2, reloadFailures: 1 },
  startedAtMs: 1_700_000_000_500,
  models: [
    {
      id: 'iris@1',
      digest: 'd',
      state: 'READY',
      reason: '',
      isolation: 'shared',
      instances: 1,
      batched: true,
      loadMs: 1,
      warmUpMs: 1,
    },
  ],
  runners: [{ id: 'shared-1', isolation: 'shared', pid: 1, restarts: 4, slots: 1, rssBytes: 1_000 }],
});

test('every metric of the catalogue is declared once and has a sample', () => {
  for (const { name, type } of Object.values(metricCatalogue)) {
    expect(page.split('\n').filter((line) => line === `# TYPE ${name} ${type}`)).toHaveLength(1);
    expect(page).toMatch(new RegExp(`^${name}(_count|_bucket)?(\\{| )`, 'm'));
  }
});

test('samples carry what they are of', () => {
  expect(page.split('\n')).toEqual(
    expect.arrayContaining([
      'cluster_ai_gateway_requests_total{route="iris",model="iris@1"} 3',
      'cluster_ai_gateway_requests_total{route="",model=""} 0',
      'cluster_ai_gateway_errors_total{route="iris",model="iris@1",code="OVERLOADED"} 1',
      'cluster_ai_gateway_request_duration_seconds_count{route="iris",model="iris@1"} 1',
      'cluster_ai_gateway_model_ready{model="iris@1"} 1',
      'cluster_ai_gateway_runner_restarts_total{runner="shared-1"} 4',
      'cluster_ai_gateway_in_flight_body_bytes 900',
      'cluster_ai_gateway_cores_kept_awake 1',
      'cluster_ai_gateway_admission_refused_total{reason="body_bytes"} 5',
      'cluster_ai_gateway_batch_rows_max{model="iris@1"} 16',
      'cluster_ai_gateway_batch_delay_seconds{model="iris@1"} 0.0005',
      'cluster_ai_gateway_model_instances{model="iris@1"} 2',
      'cluster_ai_gateway_latency_objective_seconds{model="iris@1"} 0.02',
      'cluster_ai_gateway_latency_objective_missed{model="iris@1"} 1',
      'cluster_ai_gateway_snapshot_version 7',
      'cluster_ai_gateway_start_time_seconds 1700000000.5',
    ]),
  );
});

test('every line is a comment or a sample, and no stage is exposed for requests that reached no model', () => {
  for (const line of page.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[^}]*\})? [0-9.e+-]+$)/);
  }
  expect(page).not.toMatch(/stage_duration_seconds_count\{route="",/);
});

test('batches are told by why they closed and by their rows, and requests by why they did not run', () => {
  const lines = page.split('\n');
  for (const line of [
    'cluster_ai_gateway_batches_closed_total{model="iris@1",reason="full"} 1',
    'cluster_ai_gateway_batches_closed_total{model="iris@1",reason="delay"} 0',
    'cluster_ai_gateway_batch_rows_bucket{model="iris@1",le="2"} 0',
    'cluster_ai_gateway_batch_rows_bucket{model="iris@1",le="4"} 1',
    'cluster_ai_gateway_batch_rows_bucket{model="iris@1",le="64"} 2',
    'cluster_ai_gateway_batch_rows_bucket{model="iris@1",le="+Inf"} 2',
    'cluster_ai_gateway_batch_rows_sum{model="iris@1"} 67',
    'cluster_ai_gateway_queue_refused_total{model="iris@1",reason="full"} 5',
    'cluster_ai_gateway_queue_refused_total{model="iris@1",reason="timeout"} 0',
  ]) {
    expect(lines).toContain(line);
  }
});
