import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import { systemClock, type Clock } from '@cluster-ai/core/ports/clock.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Logger, LogLevel } from '@cluster-ai/platform/log/log.ts';
import { cpuLatency } from '@cluster-ai/platform/process/cpu-latency.ts';
import { Redis } from '@cluster-ai/platform/redis/redis.ts';
import { Admission } from './admission/admission.ts';
import { AwakeCores } from './admission/awake-cores.ts';
import { BusyPoll } from './admission/busy-poll.ts';
import { AddressLockout } from './auth/address-lockout.ts';
import { KeyRing } from './auth/key-ring.ts';
import { ControlAddresses } from './control/control-addresses.ts';
import { PredictTokens } from './auth/predict-tokens.ts';
import type { ServeOptions } from './configuration/serve-version.ts';
import type { ModelHost } from './execution/executor.ts';
import { createModelHost } from './execution/model-host.ts';
import { Deployment } from './models/deployment.ts';
import { MappedModels } from './models/mapped-models.ts';
import { ModelFolders, modelsFolderOf, type ModelFoldersOptions } from './models/model-folder.ts';
import { KeyUses } from './limits/key-uses.ts';
import { Limiter } from './limits/limiter.ts';
import { SharedCounters } from './limits/shared-counters.ts';
import { ModelRepository } from './open-inference/repository.ts';
import { TraceSettings } from './open-inference/trace-settings.ts';
import { readinessReasons } from './readiness.ts';
import { RouteTable } from './routing/route-table.ts';
import { SnapshotFollower } from './snapshot/snapshot-follower.ts';
import { SnapshotPoll } from './snapshot/snapshot-poll.ts';
import { SnapshotStore } from './snapshot/snapshot-store.ts';
import { Observer } from './telemetry/observer.ts';
import { Reporter, type GatewayDescription } from './telemetry/report.ts';

/** One file of a model at most; the next attempt goes on where it stopped. */
const fetchTimeoutMs = 600_000;

/** Where models are fetched, and with what. */
type ModelSource = Pick<ModelFoldersOptions, 'control' | 'token'>;

/** What a gateway is made of, before anything is started. */
export interface GatewayParts {
  readonly keys: KeyRing;
  readonly tokens: PredictTokens;
  readonly lockout: AddressLockout;
  readonly limiter: Limiter;
  /** Null when none is configured. */
  readonly redis: Redis | null;
  readonly admission: Admission;
  /** Null where cores are left to sleep. */
  readonly awakeCores: AwakeCores | null;
  readonly observer: Observer;
  readonly routes: RouteTable;
  readonly host: ModelHost;
  readonly deployment: Deployment;
  readonly follower: SnapshotFollower;
  readonly poll: SnapshotPoll;
  readonly reporter: Reporter;
  readonly repository: ModelRepository;
  readonly traces: TraceSettings;
  /** Why the gateway is not ready; empty when it is. */
  readonly reasons: () => readonly string[];
  readonly startedAtMs: number;
}

export interface PartsOptions {
  readonly config: GatewayConfig;
  readonly programVersion: string;
  readonly log: Logger;
  readonly onLogLevel: (level: LogLevel) => void;
  /** Where the inference listener can be reached. */
  readonly httpUrl: () => string;
}

export function createParts(options: PartsOptions): GatewayParts {
  const { config, log } = options;
  const clock = systemClock;
  const control = { control: new ControlAddresses(config.control.url, log), token: joinToken(config), log };
  const uses = new KeyUses(clock);
  const keys = new KeyRing(uses);
  const tokens = new PredictTokens();
  const redis = createRedis(options);
  const lockout = new AddressLockout({ rule: config.lockout, clock, log, redis });
  const shared = redis === null ? null : { redis, counters: new SharedCounters(redis, randomUUID()) };
  const limiter = new Limiter({ uses, clock, log, shared });
  const awakeCores = createAwakeCores(options);
  const admission = createAdmission(config, clock, awakeCores);
  const traces = new TraceSettings();
  const observer = new Observer({ ...config.log, clock, log, traces });
  const routes = new RouteTable(config.routing.seed === undefined ? Math.random : seededRandom(config.routing.seed));
  const modelsFolder = modelsFolderOf(config.home);
  const host = createModelHost({
    home: config.home,
    modelsFolder,
    runner: config.runner,
    rowsMax: config.batching.rowsMax,
    batching: config.batching,
    log,
    clock,
    onChange: () => deployment.hostChanged(),
  });
  const mapped = new MappedModels({ folder: modelsFolder, log, clock });
  const deployment: Deployment = new Deployment({
    host,
    folders: createFolders(config, control, mapped),
    mapped,
    routes,
    observer,
    batching: batchingOf(config, clock),
    objectives: config.batching,
    log,
    onChange: () => {
      void follower.deploymentChanged();
      reporter.changed();
    },
  });
  const follower = new SnapshotFollower({ store: new SnapshotStore(config.home, log), keys, tokens, deployment, log });
  const poll = new SnapshotPoll({
    ...control,
    present: () => follower.applied,
    onSnapshot: (signed) => follower.receive(signed),
  });
  const reasons = readinessReasons({ admission, follower, deployment, routes });
  const reporter = new Reporter({
    ...control,
    uses,
    stats: () => observer.allStats(),
    routes: () => routes.all(),
    describe: () => describe(parts, options),
    onLogLevel: options.onLogLevel,
  });
  const repository = createRepository(options, control.control, { routes, deployment, follower });
  const parts = {
    keys,
    tokens,
    lockout,
    limiter,
    redis,
    admission,
    awakeCores,
    observer,
    routes,
    host,
    deployment,
    follower,
    poll,
    reporter,
    repository,
    traces,
    reasons,
    startedAtMs: clock.wallMs(),
  };
  return parts;
}

function createRepository(
  { config }: PartsOptions,
  control: ControlAddresses,
  { routes, deployment, follower }: Pick<GatewayParts, 'routes' | 'deployment' | 'follower'>,
): ModelRepository {
  return new ModelRepository({
    control,
    state: () => ({ routes: routes.all(), observed: deployment.observedModels(), unloaded: follower.unloaded }),
    snapshotVersion: () => follower.applied?.version ?? null,
    loadTimeoutMs: config.runner.loadTimeoutMs,
  });
}

function describe(parts: GatewayParts, { config, programVersion, httpUrl }: PartsOptions): GatewayDescription {
  const reasons = [...parts.reasons()];
  return {
    gateway: config.name,
    programVersion,
    pid: process.pid,
    startedAtMs: parts.startedAtMs,
    httpUrl: httpUrl(),
    applied: parts.follower.applied,
    ready: reasons.length === 0,
    reasons,
    models: parts.deployment.observedModels(),
    runners: parts.host.observedRunners(),
    limits: parts.limiter.standing,
    confinement: parts.host.confinement ?? undefined,
    inFlight: parts.admission.inFlight,
    queued: parts.deployment.queued,
    rssBytes: process.memoryUsage.rss(),
  };
}

function createAdmission({ admission }: GatewayConfig, clock: Clock, awakeCores: AwakeCores | null): Admission {
  const busyPoll = new BusyPoll({ clock, windowMs: admission.busyPollMicroseconds / 1_000 });
  return new Admission(admission, busyPoll, awakeCores);
}

function createFolders({ home, control }: GatewayConfig, source: ModelSource, mapped: MappedModels): ModelFolders {
  return new ModelFolders({ ...source, home, modelFiles: control.modelFiles, fetchTimeoutMs, mapped });
}

/** @returns null where cores are left to sleep. */
function createAwakeCores({ config, log }: PartsOptions): AwakeCores | null {
  const hold = cpuLatency({ setting: config.admission.coresAwake, log });
  return hold === null ? null : new AwakeCores({ hold, log });
}

function batchingOf({ admission, batching, runner }: GatewayConfig, clock: Clock): ServeOptions {
  return {
    clock,
    queueLengthMax: admission.queueLengthMax,
    enabled: batching.enabled,
    warmUpMsMax: batching.enabled ? runner.warmUpMsMax : 0,
  };
}

/** @returns null when none is configured. */
function createRedis({ config, log }: PartsOptions): Redis | null {
  const { url, connectTimeoutMs, commandTimeoutMs } = config.redis;
  if (url === undefined) return null;
  return new Redis({ url, connectTimeoutMs, commandTimeoutMs, clientName: `cluster-ai-${config.name}`, log });
}

/** The token is read at each use: the supervisor may write it after this program started, and may renew it. */
function joinToken(config: GatewayConfig): () => string | undefined {
  const { tokenFile } = config.control;
  return () => (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
}
