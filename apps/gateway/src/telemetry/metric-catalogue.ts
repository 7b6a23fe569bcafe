/** Every metric of the gateway, declared once: what `/metrics` exposes, and what rules and dashboards may name. */
export const metricCatalogue = {
  requests: {
    name: 'cluster_ai_gateway_requests_total',
    type: 'counter',
    help: 'Requests by route and model version; empty labels: requests that reached no model.',
  },
  errors: {
    name: 'cluster_ai_gateway_errors_total',
    type: 'counter',
    help: 'Failed requests by route, model version and code of the error table.',
  },
  duration: {
    name: 'cluster_ai_gateway_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the header of a request to its reply; the arrival of its body is part of it.',
  },
  stage: {
    name: 'cluster_ai_gateway_stage_duration_seconds',
    type: 'histogram',
    help: 'Time in one stage of the pipeline: receive (arrival of the body), decode, queue, execute (hop included), compute (inside the runtime), encode.',
  },
  batches: {
    name: 'cluster_ai_gateway_batches_total',
    type: 'counter',
    help: 'Runs that were handed to a runner and answered.',
  },
  batchedRows: {
    name: 'cluster_ai_gateway_batched_rows_total',
    type: 'counter',
    help: 'Rows in those runs; divided by batches it is the mean batch size.',
  },
  batchesClosed: {
    name: 'cluster_ai_gateway_batches_closed_total',
    type: 'counter',
    help: 'Batches that were handed over, by model version and why they grew no further: full, preferred (size), delay (over), idle (nobody else waited), deadline (near), shape (the others have another), priority (older requests of lower levels were passed), alone (cannot be merged).',
  },
  batchRows: {
    name: 'cluster_ai_gateway_batch_rows',
    type: 'histogram',
    help: 'Rows of the batches that were handed over, by model version.',
  },
  queueRefused: {
    name: 'cluster_ai_gateway_queue_refused_total',
    type: 'counter',
    help: 'Requests that the queue policy of a model version kept from running, by reason: full (max_queue_size) and timeout.',
  },
  batchRowsMax: {
    name: 'cluster_ai_gateway_batch_rows_max',
    type: 'gauge',
    help: 'Rows of a batch at most, by model version, as in force: set by an operator, or picked for a latency objective. 0: each request runs alone.',
  },
  batchDelay: {
    name: 'cluster_ai_gateway_batch_delay_seconds',
    type: 'gauge',
    help: 'How long a batch may wait for others while a place is free, by model version, as in force.',
  },
  instances: {
    name: 'cluster_ai_gateway_model_instances',
    type: 'gauge',
    help: 'Instances of a model version that are ready.',
  },
  latencyObjective: {
    name: 'cluster_ai_gateway_latency_objective_seconds',
    type: 'gauge',
    help: 'What 99 of 100 requests to a model version shall keep in the queue and the model together, where there is an objective.',
  },
  latencyObjectiveMissed: {
    name: 'cluster_ai_gateway_latency_objective_missed',
    type: 'gauge',
    help: '1 when the objective is not held and nothing is left to change; /v2/models/{model}/explain says why.',
  },
  info: {
    name: 'cluster_ai_gateway_info',
    type: 'gauge',
    help: 'Always 1; its label says which gateway the figures are of: several may share a port.',
  },
  inFlight: { name: 'cluster_ai_gateway_in_flight_requests', type: 'gauge', help: 'Requests inside the gateway.' },
  bodyBytes: {
    name: 'cluster_ai_gateway_in_flight_body_bytes',
    type: 'gauge',
    help: 'Bytes of the bodies of requests inside the gateway.',
  },
  coresAwake: {
    name: 'cluster_ai_gateway_cores_kept_awake',
    type: 'gauge',
    help: 'Whether the cores of the machine are kept from deep sleep at this moment, because requests follow closely (admission.coresAwake).',
  },
  admissionRefused: {
    name: 'cluster_ai_gateway_admission_refused_total',
    type: 'counter',
    help: 'Requests that found the gateway full, by reason: requests (admission.inFlightMax) and body_bytes (admission.bodyBytesInFlightMax).',
  },
  queued: {
    name: 'cluster_ai_gateway_queued_requests',
    type: 'gauge',
    help: 'Requests that wait for a place in a runner.',
  },
  ready: { name: 'cluster_ai_gateway_ready', type: 'gauge', help: '1 when /readyz is green.' },
  limitsShared: {
    name: 'cluster_ai_gateway_limits_shared',
    type: 'gauge',
    help: '1 when limits of keys are counted together with the other gateways, 0 when this gateway counts alone.',
  },
  limitsRefused: {
    name: 'cluster_ai_gateway_limits_refused_total',
    type: 'counter',
    help: 'Requests that a limit has refused, by reason: rate and quota of a key, lockout of an address.',
  },
  modelReady: {
    name: 'cluster_ai_gateway_model_ready',
    type: 'gauge',
    help: '1 for a model version that can be run here.',
  },
  modelWarmUp: {
    name: 'cluster_ai_gateway_model_warm_up_seconds',
    type: 'gauge',
    help: 'How long a model version was run with made-up inputs before it was ready: the copy that was loaded last.',
  },
  snapshotVersion: {
    name: 'cluster_ai_gateway_snapshot_version',
    type: 'gauge',
    help: 'Version of the snapshot that is applied.',
  },
  snapshotStaleness: {
    name: 'cluster_ai_gateway_snapshot_staleness_seconds',
    type: 'gauge',
    help: 'Time since the control plane last answered.',
  },
  runnerRestarts: {
    name: 'cluster_ai_gateway_runner_restarts_total',
    type: 'counter',
    help: 'Restarts of runner processes.',
  },
  runnerMemory: {
    name: 'cluster_ai_gateway_runner_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of a runner process.',
  },
  tlsNotAfter: {
    name: 'cluster_ai_gateway_tls_not_after_seconds',
    type: 'gauge',
    help: 'When the certificate of the inference listener expires, seconds since 1970.',
  },
  tlsReloads: {
    name: 'cluster_ai_gateway_tls_reloads_total',
    type: 'counter',
    help: 'Certificates that replaced another while the gateway ran.',
  },
  tlsReloadFailures: {
    name: 'cluster_ai_gateway_tls_reload_failures_total',
    type: 'counter',
    help: 'New certificate files that could not be used; the certificate before them stayed.',
  },
  memory: {
    name: 'cluster_ai_gateway_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the gateway process.',
  },
  cpu: { name: 'cluster_ai_gateway_cpu_seconds_total', type: 'counter', help: 'CPU time of the gateway process.' },
  startTime: {
    name: 'cluster_ai_gateway_start_time_seconds',
    type: 'gauge',
    help: 'When the gateway started, seconds since 1970.',
  },
} as const satisfies Record<string, MetricDeclaration>;

export interface MetricDeclaration {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
}
