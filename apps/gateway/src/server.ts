import { isIP } from 'node:net';
import { readPublicUrl } from '@cluster-ai/core/access/public-url.ts';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import type { CallHandler, Edge } from '@cluster-ai/platform/edge/edge.ts';
import { startGrpcEdge } from '@cluster-ai/platform/edge/grpc/grpc-edge.ts';
import { Http2Clients } from '@cluster-ai/platform/edge/http2/http/http2-clients.ts';
import type { StartRpcEdge } from '@cluster-ai/platform/edge/rpc-edge.ts';
import { startNodeHttpEdge } from '@cluster-ai/platform/edge/node-http-edge.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import type { Lifecycle, Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import type { LogLevel } from '@cluster-ai/platform/log/log.ts';
import { MemoryKeeper } from '@cluster-ai/platform/process/memory-keeper.ts';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';
import type { CertificateFiles } from '@cluster-ai/platform/tls/certificate-files.ts';
import { assertMayListen, openCertificate } from '@cluster-ai/platform/tls/listener-rule.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { allowOrigins } from './frontends/cross-origin.ts';
import { createOpenInferenceFrontEnd } from './frontends/open-inference/front-end.ts';
import { createGrpcFrontEnd } from './frontends/grpc/front-end.ts';
import { createOperationsFrontEnd } from './frontends/operations.ts';
import type { SwitchedLog } from './open-inference/log-settings.ts';
import { presets } from './open-inference/preset.ts';
import { createParts, type GatewayParts } from './parts.ts';
import type { Stages } from './pipeline.ts';
import { createRequestIds } from './request-id.ts';
import { renderMetrics } from './telemetry/collect.ts';
import { firstModelsPhase } from './until-models-settled.ts';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly programVersion: string;
  readonly log: SwitchedLog;
  /** What the log should write, says the control plane. */
  readonly onLogLevel: (level: LogLevel) => void;
}

/** The listeners, once they are started, and the certificate of the first two. */
interface Listeners {
  http: Edge | null;
  grpc: Edge | null;
  operations: Edge | null;
  readonly certificate: CertificateFiles | null;
}

/**
 * Puts a gateway together: makes its parts, and lists in which order they start and stop.
 * @throws ClusterError CONFIG_INVALID for listeners that may not be opened so, and certificates that cannot be used.
 */
export async function assembleGateway(options: GatewayOptions, lifecycle: Lifecycle): Promise<void> {
  const { config, log } = options;
  assertMayListen('metrics', config.metrics);
  const certificate = await openCertificate('http', config.http, log);
  await trustControlPlanes(config);
  const listeners: Listeners = { http: null, grpc: null, operations: null, certificate };
  const { publicUrl } = config.http;
  const publicOrigin = publicUrl === undefined ? null : readPublicUrl(publicUrl).origin;
  const parts = createParts({ ...options, httpUrl: () => publicOrigin ?? urlOf(config, listeners) });
  addOperationsPhases(lifecycle, options, parts, listeners);
  addServingPhases(lifecycle, options, parts, listeners);
}

/** Everything that a gateway fetches comes from its control planes. */
async function trustControlPlanes({ control }: GatewayConfig): Promise<void> {
  if (control.caFile.length === 0) return;
  const { trustForFetch } = await import('@cluster-ai/platform/tls/fetch-trust.ts');
  const caFiles = new CaFiles('control.caFile', control.caFile);
  const origins = new Set(control.url.map((url) => URL.parse(url)?.origin));
  trustForFetch((origin) => (origins.has(origin) ? caFiles : null));
}

function addOperationsPhases(
  lifecycle: Lifecycle,
  options: GatewayOptions,
  parts: GatewayParts,
  listeners: Listeners,
): void {
  const { config } = options;
  const { reasons } = parts;
  lifecycle.add({
    name: 'operations listener',
    why: 'probes must see a gateway that is starting, and one that is draining',
    stopTimeoutMs: 2_000,
    start: async () => {
      const reasonsToWait = (): readonly string[] =>
        listeners.http === null ? [...reasons(), 'the inference listener is not open yet'] : reasons();
      const front = createOperationsFrontEnd({
        reasons: reasonsToWait,
        metrics: () => metrics(config, parts, listeners),
      });
      listeners.operations = await listen('metrics', config.metrics, options, front);
    },
    stop: async () => {
      await listeners.operations?.close(1_000);
    },
  });
  const memory = new MemoryKeeper();
  lifecycle.add({
    name: 'memory',
    why: 'large bodies leave memory behind, for as long as there is a program',
    stopTimeoutMs: 100,
    start: () => memory.start(),
    stop: () => memory.stop(),
  });
  lifecycle.add({
    name: 'runners',
    why: 'they stop after the listener, when nothing can reach them any more',
    stopTimeoutMs: config.shutdown.drainTimeoutMs + 5_000,
    stop: () => parts.host.close(),
  });
  lifecycle.add({
    name: 'Redis',
    why: 'limits are counted over it until the last request is answered',
    stopTimeoutMs: 2_000,
    start: () => parts.redis?.start(),
    stop: async () => {
      parts.limiter.stop();
      await parts.redis?.stop();
    },
  });
  lifecycle.add({
    name: 'stored snapshot',
    why: 'serve from disk first: the control plane may be away',
    stopTimeoutMs: 1_000,
    start: () => parts.follower.startFromDisk(),
  });
}

function addServingPhases(
  lifecycle: Lifecycle,
  options: GatewayOptions,
  parts: GatewayParts,
  listeners: Listeners,
): void {
  const { config, log } = options;
  const inference = inferenceListenersPhase(options, parts, listeners);
  if (config.http.reusePort) {
    // Its port is known before it is opened, and it must be able to answer then: it has neighbours that can.
    lifecycle.add(controlPlanePhase(parts, 'a gateway that joins others has models before it listens'));
    lifecycle.add(firstModelsPhase({ deployment: parts.deployment, log, limitMs: config.runner.loadTimeoutMs }));
    lifecycle.add(inference);
  } else {
    lifecycle.add(inference);
    lifecycle.add(controlPlanePhase(parts, 'reports carry the address of the listener'));
  }
  lifecycle.add({
    name: 'readiness',
    why: 'turns red first, so that balancers look elsewhere before anything closes',
    stopTimeoutMs: 100,
    stop: () => parts.admission.stop(),
  });
}

function inferenceListenersPhase(options: GatewayOptions, parts: GatewayParts, listeners: Listeners): Phase {
  const { config, log } = options;
  const { drainTimeoutMs } = config.shutdown;
  const stages = stagesOf(options, parts);
  return {
    name: 'inference listeners',
    why: 'stops before the runners, so that what has arrived is answered',
    stopTimeoutMs: drainTimeoutMs + 2_000,
    start: async () => {
      const { certificate } = listeners;
      const http = await listen(
        'http',
        config.http,
        options,
        openInference(options, stages, parts, listeners),
        certificate,
      );
      listeners.http = http;
      const grpc = config.grpc.enabled ? await listenGrpc(options, stages, parts, certificate) : null;
      listeners.grpc = grpc;
      certificate?.start((renewed) => {
        http.setTls(renewed);
        grpc?.setTls(renewed);
      });
      const ports = { grpcPort: grpc?.port, metricsPort: listeners.operations?.port };
      log.info({ url: urlOf(config, listeners), ...ports }, 'gateway listens');
    },
    stop: async () => {
      listeners.certificate?.stop();
      const closing = [listeners.http, listeners.grpc].map(async (edge) => (await edge?.close(drainTimeoutMs)) ?? 0);
      const cut = (await Promise.all(closing)).reduce((sum, count) => sum + count, 0);
      if (cut > 0) log.warn({ requests: cut }, 'requests were cut because they outlasted the drain timeout');
    },
  };
}

function controlPlanePhase(parts: GatewayParts, why: string): Phase {
  return {
    name: 'control plane',
    why,
    stopTimeoutMs: 2_000,
    start: () => {
      parts.poll.start();
      parts.reporter.start();
    },
    stop: async () => {
      parts.reporter.stop();
      await parts.poll.stop();
    },
  };
}

/** What both protocols' calls pass through. */
function stagesOf({ config }: GatewayOptions, parts: GatewayParts): Stages {
  const { keys, tokens, lockout, admission, limiter, routes, observer } = parts;
  return {
    authenticate: createAuthenticate({
      keys,
      tokens,
      lockout,
      auth: config.auth,
      trustedProxies: config.http.trustedProxies,
      clock: systemClock,
    }),
    admission,
    limiter,
    routes,
    observer,
    nextRequestId: createRequestIds(),
    defaultTimeoutMs: config.admission.defaultTimeoutMs,
  };
}

function openInference(
  { config, programVersion, log }: GatewayOptions,
  stages: Stages,
  parts: GatewayParts,
  listeners: Listeners,
): CallHandler {
  const front = createOpenInferenceFrontEnd({
    stages,
    isReady: () => parts.reasons().length === 0,
    metrics: () => metrics(config, parts, listeners),
    jsonBytesMax: config.http.jsonBytesMax,
    jsonNumbers: config.http.jsonNumbers,
    bodyBytesMax: config.http.bodyBytesMax,
    repository: parts.repository,
    traces: parts.traces,
    log,
    preset: presets[config.as],
    serverVersion: programVersion,
  });
  return allowOrigins(config.http.cors.origins, front);
}

async function listenGrpc(
  options: GatewayOptions,
  stages: Stages,
  parts: GatewayParts,
  certificate: CertificateFiles | null,
): Promise<Edge> {
  const { grpc, http } = options.config;
  const { paths, handler } = createGrpcFrontEnd({
    stages,
    isReady: () => parts.reasons().length === 0,
    repository: parts.repository,
    traces: parts.traces,
    log: options.log,
    serverName: presets[options.config.as].serverName,
    serverVersion: options.programVersion,
  });
  const { messageBytesMax, streamsMax, port } = grpc;
  const startEdge = grpc.server === 'own' ? startGrpcEdge : await grpcJsEdge();
  return startEdge(
    {
      ...limitsOf(http),
      ...placeOf('grpc', { host: http.host, port }, options),
      paths,
      messageBytesMax,
      streamsMax,
      tls: certificate?.current,
    },
    handler,
  );
}

function listen(
  listenerId: string,
  address: ListenAddress,
  options: GatewayOptions,
  handler: CallHandler,
  certificate: CertificateFiles | null = null,
): Promise<Edge> {
  const { http } = options.config;
  const { bodyBytesMax } = http;
  const edge = { ...limitsOf(http), ...placeOf(listenerId, address, options), bodyBytesMax, tls: certificate?.current };
  if (http.server === 'node') return startNodeHttpEdge(edge, handler);
  return startOwnHttpEdge(edge, handler, (...shared) => new Http2Clients(...shared));
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Limits that all listeners share. */
function limitsOf({
  headerBytesMax,
  connectionsMax,
  requestTimeoutMs,
  answerTimeoutMs,
  idleTimeoutMs,
}: GatewayConfig['http']) {
  return { headerBytesMax, connectionsMax, requestTimeoutMs, answerTimeoutMs, idleTimeoutMs };
}

function placeOf(listenerId: string, { host, port }: ListenAddress, { config, log }: GatewayOptions) {
  const onDefect = (error: unknown): void =>
    log.error(
      { error, listener: listenerId },
      'a handler failed and its connection was cut, or a connection could not be accepted',
    );
  // Metrics are those of one process: each has a listener of its own for them.
  const reusePort = config.http.reusePort && listenerId !== 'metrics';
  return { listenerId, host, port, reusePort, onDefect };
}

function metrics({ name }: GatewayConfig, parts: GatewayParts, { certificate }: Listeners): string {
  const { observer, admission, deployment, host, follower, poll, reasons, limiter, lockout, startedAtMs } = parts;
  return renderMetrics({
    stats: observer.allStats(),
    inFlight: admission.inFlight,
    bodyBytes: admission.bodyBytes,
    coresAwake: parts.awakeCores?.isHolding ?? false,
    admissionRefused: admission.refused,
    queued: deployment.queued,
    gateway: name,
    ready: reasons().length === 0,
    limitsShared: limiter.standing.mode === 'shared',
    limitsRefused: { ...limiter.refused, lockout: lockout.refused },
    models: deployment.observedModels(),
    runners: host.observedRunners(),
    batching: deployment.batching(),
    snapshotVersion: follower.applied?.version ?? null,
    snapshotStalenessSeconds: poll.stalenessSeconds,
    tls: certificate?.figures ?? null,
    startedAtMs,
  });
}

function urlOf({ http }: GatewayConfig, listeners: Listeners): string {
  const scheme = listeners.certificate === null ? 'http' : 'https';
  return `${scheme}://${isIP(http.host) === 6 ? `[${http.host}]` : http.host}:${listeners.http?.port ?? http.port}`;
}

/** The plain path: its library is read where somebody has chosen it. */
async function grpcJsEdge(): Promise<StartRpcEdge> {
  const { startGrpcJsEdge } = await import('@cluster-ai/platform/edge/grpc-js-edge.ts');
  return startGrpcJsEdge;
}
