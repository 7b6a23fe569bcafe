import { readFileSync } from 'node:fs';
import { isLoopbackAddress } from '@cluster-ai/core/access/loopback.ts';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Edge } from '@cluster-ai/platform/edge/edge.ts';
import { startNodeHttpEdge } from '@cluster-ai/platform/edge/node-http-edge.ts';
import type { Lifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { Admission } from './admission/admission.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { KeyRing } from './auth/key-ring.ts';
import { createModelHost } from './execution/model-host.ts';
import { createOpenInferenceFrontEnd } from './frontends/open-inference/front-end.ts';
import { createOperationsFrontEnd } from './frontends/operations.ts';
import { Deployment } from './models/deployment.ts';
import { ModelFolders } from './models/model-folder.ts';
import { readinessReasons } from './readiness.ts';
import { createRequestIds } from './request-id.ts';
import { RouteTable } from './routing/route-table.ts';
import { SnapshotFollower } from './snapshot/snapshot-follower.ts';
import { SnapshotPoll } from './snapshot/snapshot-poll.ts';
import { SnapshotStore } from './snapshot/snapshot-store.ts';
import { renderMetrics } from './telemetry/collect.ts';
import { Observer } from './telemetry/observer.ts';
import { Reporter } from './telemetry/report.ts';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly programVersion: string;
  readonly log: Logger;
}

/** Puts a gateway together: makes its parts, and lists in which order they start and stop. */
export function assembleGateway({ config, programVersion, log }: GatewayOptions, lifecycle: Lifecycle): void {
  assertLoopback(config);
  const clock = systemClock;
  const startedAtMs = clock.wallMs();
  const token = joinToken(config);
  const keys = new KeyRing();
  const admission = new Admission(config.admission.inFlightMax);
  const observer = new Observer({
    clock,
    log,
    slowRequestMs: config.log.slowRequestMs,
    sampleEvery: config.log.sampleEvery,
  });
  const routes = new RouteTable(config.routing.seed === undefined ? Math.random : seededRandom(config.routing.seed));
  const host = createModelHost({
    runner: config.runner,
    rowsMax: config.batching.rowsMax,
    log,
    clock,
    onChange: () => deployment.hostChanged(),
  });
  const folders = new ModelFolders({
    home: config.home,
    controlUrl: config.control.url,
    token,
    modelFiles: config.control.modelFiles,
    fetchTimeoutMs: 600_000,
  });
  const batching = { clock, queueLengthMax: config.admission.queueLengthMax, enabled: config.batching.enabled };
  const deployment: Deployment = new Deployment({
    host,
    folders,
    routes,
    observer,
    batching,
    log,
    onChange: () => deploymentChanged(),
  });
  const follower = new SnapshotFollower({ store: new SnapshotStore(config.home, log), keys, deployment, log });
  const poll = new SnapshotPoll({
    controlUrl: config.control.url,
    token,
    log,
    present: () => follower.applied,
    onSnapshot: (signed) => follower.receive(signed),
  });
  const reasons = readinessReasons({ admission, follower, deployment, routes });
  const reporter = new Reporter({
    controlUrl: config.control.url,
    token,
    log,
    stats: () => observer.allStats(),
    describe,
  });
  let http: Edge | null = null;
  let operations: Edge | null = null;

  function deploymentChanged(): void {
    void follower.deploymentChanged();
    reporter.changed();
  }

  function describe(): Omit<GatewayReport, 'windowSeconds' | 'total' | 'traffic'> {
    return {
      gateway: config.name,
      programVersion,
      pid: process.pid,
      startedAtMs,
      httpUrl: `http://${config.http.host}:${http?.port ?? config.http.port}`,
      applied: follower.applied,
      ready: reasons().length === 0,
      reasons: [...reasons()],
      models: deployment.observedModels(),
      runners: host.observedRunners(),
      inFlight: admission.inFlight,
      queued: deployment.queued,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  function metrics(): string {
    return renderMetrics({
      stats: observer.allStats(),
      inFlight: admission.inFlight,
      queued: deployment.queued,
      ready: reasons().length === 0,
      models: deployment.observedModels(),
      runners: host.observedRunners(),
      snapshotVersion: follower.applied?.version ?? null,
      snapshotStalenessSeconds: poll.stalenessSeconds,
      startedAtMs,
    });
  }

  const stages = {
    authenticate: createAuthenticate({ keys, auth: config.auth, clock }),
    admission,
    routes,
    observer,
    nextRequestId: createRequestIds(),
    defaultTimeoutMs: config.admission.defaultTimeoutMs,
  };
  const openInference = createOpenInferenceFrontEnd({
    stages,
    isReady: () => reasons().length === 0,
    serverName: 'cluster-ai',
    serverVersion: programVersion,
  });
  const limits = {
    bodyBytesMax: config.http.bodyBytesMax,
    headerBytesMax: config.http.headerBytesMax,
    connectionsMax: config.http.connectionsMax,
    requestTimeoutMs: config.http.requestTimeoutMs,
    idleTimeoutMs: config.http.idleTimeoutMs,
    onDefect: (error: unknown) => log.error({ error }, 'a handler failed; its connection was cut'),
  };
  const drainTimeoutMs = config.shutdown.drainTimeoutMs;

  lifecycle.add({
    name: 'operations listener',
    why: 'probes must see a gateway that is starting, and one that is draining',
    stopTimeoutMs: 2_000,
    start: async () =>
      void (operations = await startNodeHttpEdge(
        { ...limits, listenerId: 'metrics', host: config.metrics.host, port: config.metrics.port },
        createOperationsFrontEnd({ reasons, metrics }),
      )),
    stop: async () => void (await operations?.close(1_000)),
  });
  lifecycle.add({
    name: 'runners',
    why: 'they stop after the listener, when nothing can reach them any more',
    stopTimeoutMs: drainTimeoutMs + 5_000,
    stop: () => host.close(),
  });
  lifecycle.add({
    name: 'stored snapshot',
    why: 'serve from disk first: the control plane may be away',
    stopTimeoutMs: 1_000,
    start: () => follower.startFromDisk(),
  });
  lifecycle.add({
    name: 'inference listener',
    why: 'stops before the runners, so that what has arrived is answered',
    stopTimeoutMs: drainTimeoutMs + 2_000,
    start: async () => {
      http = await startNodeHttpEdge(
        { ...limits, listenerId: 'http', host: config.http.host, port: config.http.port },
        openInference,
      );
      log.info({ url: `http://${http.host}:${http.port}`, metricsPort: operations?.port }, 'gateway listens');
    },
    stop: async () => {
      const cut = (await http?.close(drainTimeoutMs)) ?? 0;
      if (cut > 0) log.warn({ requests: cut }, 'requests were cut because they outlasted the drain timeout');
    },
  });
  lifecycle.add({
    name: 'control plane',
    why: 'reports carry the address of the listener',
    stopTimeoutMs: 2_000,
    start: () => {
      poll.start();
      reporter.start();
    },
    stop: async () => {
      reporter.stop();
      await poll.stop();
    },
  });
  lifecycle.add({
    name: 'readiness',
    why: 'turns red first, so that balancers look elsewhere before anything closes',
    stopTimeoutMs: 100,
    stop: () => admission.stop(),
  });
}

function assertLoopback(config: GatewayConfig): void {
  for (const [setting, host] of [
    ['http.host', config.http.host],
    ['metrics.host', config.metrics.host],
  ] as const) {
    if (isLoopbackAddress(host) || host === 'localhost') continue;
    throw new ClusterError(
      'CONFIG_INVALID',
      `${setting} is ${host}: only loopback addresses are accepted, because listeners have no TLS yet`,
      { fix: `set ${setting} to 127.0.0.1` },
    );
  }
}

/** The token is read at each use: the supervisor may write it after this program started, and may renew it. */
function joinToken(config: GatewayConfig): () => string | undefined {
  const { tokenFile } = config.control;
  return () => (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
}
