import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import type { LoadedConfig } from '@cluster-ai/platform/config/load-config.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { MemoryKeeper } from '@cluster-ai/platform/process/memory-keeper.ts';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import type { Lifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import type { LeveledLogger, Logger } from '@cluster-ai/platform/log/log.ts';
import { readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import { openPool } from '@cluster-ai/platform/postgres/pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { Redis } from '@cluster-ai/platform/redis/redis.ts';
import { openCertificate } from '@cluster-ai/platform/tls/listener-rule.ts';
import type { FastifyInstance } from 'fastify';
import { prepareDatabase } from './database/prepare.ts';
import { createStore } from './database/store.ts';
import { dataOperationJobs } from './features/data-operations/index.ts';
import { EventHub } from './features/events/index.ts';
import { connectedWithinMs, fleetJobs } from './features/fleet/index.ts';
import { issuerJobs } from './features/front-door/index.ts';
import { createKeyAuthority, keyJobs } from './features/keys/index.ts';
import { modelJobs } from './features/models/index.ts';
import { openProvider } from './features/oidc/index.ts';
import { createLiveSettings, followDatabase, followLogLevel } from './features/settings/index.ts';
import { sessionJobs } from './features/session/index.ts';
import { createSnapshotFeed, snapshotJobs } from './features/snapshots/index.ts';
import type { SnapshotFeed } from './features/snapshots/index.ts';
import { sourceJobs } from './features/sources/index.ts';
import { createOverview, metricsListenerPhases } from './features/system/index.ts';
import { trafficJobs } from './features/traffic/index.ts';
import { uploadJobs } from './features/uploads/index.ts';
import { createAccessRule } from './http/access.ts';
import { createHosts } from './http/hosts.ts';
import { idempotencyJobs } from './http/idempotency-jobs.ts';
import { closeServer, listen } from './http/listen.ts';
import { readTokens } from './http/tokens.ts';
import { createIdentity } from './identity/identity.ts';
import { startJobs } from './jobs/periodic.ts';
import type { Job } from './jobs/periodic.ts';
import { createMetrics } from './metrics.ts';
import type { Plane } from './plane.ts';
import { buildServer } from './server.ts';
import { openFileStore } from './storage/file-store.ts';
import { readInstanceId } from './storage/instance-id.ts';
import { openUploadFiles } from './storage/upload-files.ts';
import { createUploadLocks } from './storage/upload-locks.ts';

/** Time in which connections that were cut are gone. */
const cutMs = 2_000;

export interface ControlPlane {
  readonly plane: Plane;
  readonly pool: Pool;
  /** Null unless `redis.url` is set. */
  readonly redis: Redis | null;
  readonly server: FastifyInstance;
  /** Runs the migrations; resolves when the store is open. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Answers with `draining` from now on where readiness is asked, and ends every long poll and event stream. */
  drain(): Promise<void>;
}

/** Puts the parts together. Nothing listens and nothing is asked of the database yet. */
export async function createControlPlane(
  { value: config, settings: given }: LoadedConfig<ControlPlaneConfig>,
  log: LeveledLogger,
  clock: Clock = systemClock,
): Promise<ControlPlane> {
  const certificate = await openCertificate('http', config.http, log);
  const tokens = await readTokens(config.auth);
  const pool = openDatabase(config, log);
  const store = createStore({ pool, onSnapshot: (snapshot) => feed.publish(snapshot) });
  const feed: SnapshotFeed = createSnapshotFeed(store, log);
  const reports: Plane['reports'] = new Map();
  let draining = false;
  let prepared = false;
  const metrics = createMetrics({
    snapshotVersion: () => feed.latest?.version ?? 0,
    snapshotWaiters: () => feed.waiting,
    eventStreams: () => events.streams,
    databaseUp: () => store.isReachable,
    gatewaysConnected: () =>
      [...reports.values()].filter(({ seenAtMs }) => Date.now() - seenAtMs < connectedWithinMs).length,
    tls: certificate === null ? null : () => certificate.figures,
  });
  const settings = createLiveSettings(given, log);
  followLogLevel(settings, log, given);
  const redis = openRedis(config, log);
  const instanceId = await readInstanceId(config.home);
  const identity = await createIdentity({ store, redis, clock, settings, log, metrics, instanceId, home: config.home });
  const hosts = createHosts(config.http, () => certificate?.current.names ?? []);
  const stored = await openModelFiles(config, instanceId, { store, log, metrics });
  const events = new EventHub({ store, feed, log, settings, overview: () => overview() });
  const plane: Plane = {
    config,
    startSettings: given,
    settings,
    log,
    store,
    feed,
    events,
    tokens,
    certificate,
    hosts,
    identity,
    redis,
    oidc: await openProvider(config.oidc, clock),
    access: createAccessRule({
      tokens,
      hosts,
      keys: createKeyAuthority({ store, clock, log }),
      sessions: identity.authority,
      wrongTokens: identity.wrongTokens,
      loopback: config.auth.loopback,
    }),
    metrics,
    reports,
    clock,
    instanceId,
    ...stored,
    sourceProblems: new Map(),
    draining: () => draining,
    prepared: () => prepared,
    startedAtMs: clock.wallMs(),
  };
  const overview = createOverview(plane);
  const migrations = await readMigrations(programFiles.migrations);
  return {
    plane,
    pool,
    redis,
    server: await buildServer(plane),
    prepare: async (signal) => {
      await prepareDatabase(plane, pool, migrations, signal);
      prepared = !signal.aborted;
    },
    drain: async () => {
      draining = true;
      feed.close();
      await events.close();
    },
  };
}

async function openModelFiles(
  { storage, home }: ControlPlaneConfig,
  instanceId: string,
  { store, log, metrics }: Pick<Plane, 'store' | 'log' | 'metrics'>,
): Promise<Pick<Plane, 'files' | 'uploadFiles'>> {
  const folder = storage.folder ?? home;
  const files = await openFileStore(folder, instanceId);
  const lock = createUploadLocks(store, instanceId, log);
  const onBytes = (count: number): void => metrics.uploadBytes.inc(count);
  return { files, uploadFiles: await openUploadFiles({ folder, store: files, lock, onBytes }) };
}

function openDatabase({ database }: ControlPlaneConfig, log: Logger): Pool {
  return openPool({
    url: database.url,
    connectionsMax: database.poolMax,
    connectTimeoutMs: database.connectTimeoutMs,
    statementTimeoutMs: database.statementTimeoutMs,
    applicationName: 'cluster-ai-control-plane',
    onIdleError: (error) => log.info({ error }, 'a database connection ended'),
  });
}

function openRedis({ redis }: ControlPlaneConfig, log: Logger): Redis | null {
  const { url } = redis;
  return url === undefined ? null : new Redis({ ...redis, url, clientName: 'cluster-ai-control-plane', log });
}

/** Adds the phases of the program, first to last; they stop in reverse. */
export function addPhases(lifecycle: Lifecycle, control: ControlPlane): void {
  const { plane, pool, redis, server } = control;
  const { config, log } = plane;
  const stopping = new AbortController();
  const memory = new MemoryKeeper();
  lifecycle.add({
    name: 'memory',
    why: 'large answers leave memory behind, for as long as there is a program',
    stopTimeoutMs: 100,
    start: () => memory.start(),
    stop: () => memory.stop(),
  });
  lifecycle.add({
    name: 'database connections',
    why: 'everything reads and writes through them, so they are closed last',
    stop: () => pool.close(),
    stopTimeoutMs: 5_000,
  });
  if (redis !== null) {
    lifecycle.add({
      name: 'Redis',
      why: 'sessions and failed sign-ins are kept there',
      start: () => redis.start(),
      stop: () => redis.stop(),
      stopTimeoutMs: 2_000,
    });
  }
  for (const phase of metricsListenerPhases(plane)) lifecycle.add(phase);
  lifecycle.add({
    name: 'front door',
    why: 'it answers, if only that the database is away, before the database is ready',
    start: () => listen(plane, server),
    stop: () => closeServer(plane, server),
    stopTimeoutMs: config.shutdown.drainTimeoutMs + cutMs,
  });
  lifecycle.add({
    name: 'database preparation and jobs',
    why: 'jobs need the tables; their runs end before the connections close',
    start: () => {
      void control.prepare(stopping.signal).catch((error: unknown) => {
        log.error({ error }, 'the database cannot be used');
        lifecycle.requestStop({ reason: 'the database cannot be used', exitCode: 1 });
      });
      jobs = startJobs(plane, jobsOf(plane));
    },
    stop: async () => {
      stopping.abort();
      await jobs?.stop();
    },
    stopTimeoutMs: config.shutdown.drainTimeoutMs,
  });
  lifecycle.add({
    name: 'settings in the database',
    why: 'they are read through the connections, and the jobs use them',
    start: () => {
      stopFollowing = followDatabase(plane);
    },
    stop: () => stopFollowing?.(),
    stopTimeoutMs: 5_000,
  });
  lifecycle.add({
    name: 'long polls and event streams',
    why: 'gateways that wait are answered first and streams end, so that the front door can close',
    stop: () => control.drain(),
    stopTimeoutMs: 5_000,
  });
  let jobs: ReturnType<typeof startJobs> | null = null;
  let stopFollowing: ReturnType<typeof followDatabase> | null = null;
}

/** What is done again and again while there is a control plane. */
function jobsOf(plane: Plane): readonly Job[] {
  return [
    ...snapshotJobs(plane),
    ...fleetJobs(plane),
    ...keyJobs(plane),
    ...uploadJobs(plane),
    ...modelJobs(plane),
    ...sourceJobs(plane),
    ...trafficJobs(plane),
    ...sessionJobs(plane),
    ...issuerJobs(plane),
    ...idempotencyJobs(plane),
    ...dataOperationJobs(plane),
  ];
}
