import type { Random } from '@cluster-ai/core/ports/random.ts';
import type { FailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import type { RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { childrenOf, findProcess, isAlive } from '../processes.ts';
import { until } from '../../start-platform.ts';
import { whetherEnded, whetherMet, whetherStopped } from './effects.ts';
import type { Speaks } from './effects.ts';
import type { LimitedDisk } from './limited-disk.ts';
import { pick } from './plan.ts';
import type { Part, PlannedFault } from './plan.ts';
import type { Subject } from './subject.ts';

/** Calls to these may fail while the part is broken; `feed:` is the way of snapshots to a gateway. */
const affected: Readonly<Record<Part, readonly string[]>> = {
  supervisor: ['control', 'front door', 'gateway-1', 'feed:gateway-1', 'feed:gateway-2'],
  'control plane': ['control', 'front door', 'feed:gateway-1', 'feed:gateway-2'],
  'gateway-1': ['gateway-1', 'front door', 'feed:gateway-1'],
  'gateway-2': ['gateway-2', 'feed:gateway-2'],
  'runner of gateway-1': ['gateway-1', 'front door'],
  'runner of gateway-2': ['gateway-2'],
  // The front door looks keys up in the database; gateways do not.
  PostgreSQL: ['control', 'front door', 'feed:gateway-1', 'feed:gateway-2'],
  'a session of PostgreSQL': ['control', 'front door', 'feed:gateway-1', 'feed:gateway-2'],
  Redis: [],
  'link gateway-2 to control plane': ['feed:gateway-2'],
  'link gateway-2 to Redis': [],
  'link up to Redis': [],
  'disk of up': ['control', 'front door', 'feed:gateway-1', 'feed:gateway-2'],
  'disk of gateway-2': [],
};

/** What is broken now, and how it is mended. */
export interface BrokenPart {
  readonly affects: readonly string[];
  /** What the fault did, in a few words; null when it did nothing. */
  effect(): Promise<string | null> | string | null;
  mend(): Promise<void> | void;
}

const goneWithinMs = 30_000;

/** Breaks a part. What others keep running (the supervisor, a service manager) is left to them. */
export async function breakPart({ part, kind }: PlannedFault, subject: Subject, random: Random): Promise<BrokenPart> {
  // A supervisor that is frozen harms nobody who is well.
  const affects = part === 'supervisor' && kind === 'stop' ? [] : affected[part];
  return { affects, ...(await breakNow(part, kind, subject, random)) };
}

type Broken = Omit<BrokenPart, 'affects'>;

async function breakNow(part: Part, kind: PlannedFault['kind'], subject: Subject, random: Random): Promise<Broken> {
  const { redis, links, disks } = subject;
  switch (part) {
    case 'link gateway-2 to control plane':
      return breakLink(links.control, kind, 'tls');
    case 'link gateway-2 to Redis':
      return breakLink(links.gatewayRedis, kind, 'redis');
    case 'link up to Redis':
      return breakLink(links.upRedis, kind, 'redis');
    case 'disk of up':
      return fillDisk(part, disks?.up);
    case 'disk of gateway-2':
      return fillDisk(part, disks?.gateway);
    case 'Redis':
      return breakRedis(redis, kind);
    case 'supervisor':
      if (kind === 'kill') return killSupervisor(subject);
      return signalAll(kind, [subject.platform.supervisor.pid ?? 0]);
    default:
      return signalAll(kind, processes[part](subject, random));
  }
}

type ProcessPart = Exclude<Part, `link ${string}` | `disk ${string}` | 'Redis' | 'supervisor'>;

type FindProcesses = (subject: Subject, random: Random) => number[];

const controlPlaneProgram = 'apps/control-plane/src/main.ts';
const gatewayProgram = 'apps/gateway/src/main.ts';

const processes: Readonly<Record<ProcessPart, FindProcesses>> = {
  'control plane': ({ platform }) => [findProcess(platform.home, controlPlaneProgram).pid],
  'gateway-1': ({ platform }) => [findProcess(platform.home, gatewayProgram).pid],
  'gateway-2': ({ gateway }) => [gateway.pid],
  'runner of gateway-1': ({ platform }, random) => [
    pick(childrenOf(findProcess(platform.home, gatewayProgram).pid), random).pid,
  ],
  'runner of gateway-2': ({ gateway }, random) => [pick(childrenOf(gateway.pid), random).pid],
  // Frozen whole: a server whose sessions go on is not frozen.
  PostgreSQL: ({ platform }) => {
    const postmaster = postmasterOf(platform.home);
    return [postmaster, ...childrenOf(postmaster).map(({ pid }) => pid)];
  },
  'a session of PostgreSQL': ({ platform }, random) => {
    const sessions = childrenOf(postmasterOf(platform.home)).filter(({ command }) => command.includes('cluster_ai'));
    return [pick(sessions, random).pid];
  },
};

function postmasterOf(home: string): number {
  return findProcess(home, 'bin/postgres').pid;
}

function signalAll(kind: PlannedFault['kind'], pids: readonly number[]): Broken {
  if (kind === 'kill') {
    signal(pids.slice(0, 1), 'SIGKILL');
    return { effect: () => whetherEnded(pids), mend: () => undefined };
  }
  signal(pids, 'SIGSTOP');
  return { effect: () => whetherStopped(pids), mend: () => signal(pids, 'SIGCONT') };
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    // Those of a fault before this one may have ended.
    if (pid > 0 && isAlive(pid)) process.kill(pid, name);
  }
}

async function killSupervisor(subject: Subject): Promise<Broken> {
  const pid = subject.platform.supervisor.pid ?? 0;
  signal([pid], 'SIGKILL');
  await until('the supervisor is gone', goneWithinMs, () => !isAlive(pid));
  return { effect: () => whetherEnded([pid]), mend: () => subject.startUp() };
}

function breakLink(link: FailoverProxy, kind: PlannedFault['kind'], speaks: Speaks): Broken {
  const isHole = kind === 'black-hole';
  link.setLink(isHole ? 'black-hole' : 'cut');
  const port = Number(new URL(link.url).port);
  return {
    effect: () => whetherMet(isHole ? 'is silent' : 'ends', port, speaks),
    mend: () => link.setLink('whole'),
  };
}

async function breakRedis(redis: RedisServer, kind: PlannedFault['kind']): Promise<Broken> {
  const port = Number(new URL(redis.url).port);
  if (kind === 'stop') {
    redis.freeze();
    return { effect: () => whetherMet('is silent', port, 'redis'), mend: () => redis.thaw() };
  }
  await redis.kill();
  return { effect: () => whetherMet('ends', port, 'redis'), mend: () => redis.start() };
}

/** Others give some back now and then: a log of the database that is not needed any more. */
const fillsMax = 3;

/** @throws Error for a disk that is not there: no such fault may be planned. */
function fillDisk(part: Part, disk: LimitedDisk | undefined): Broken {
  if (disk === undefined) throw new Error(`${part} has no limit here`);
  disk.fill();
  for (let fills = 1; fills < fillsMax && !disk.isFull(); fills += 1) disk.fill();
  const isFull = disk.isFull();
  return { effect: () => (isFull ? `${part} is full` : null), mend: () => disk.clear() };
}
