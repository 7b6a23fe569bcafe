import type { Random } from '@cluster-ai/core/ports/random.ts';
import type { LinkState } from '@cluster-ai/testkit/failover-proxy.ts';
import { childrenOf, findProcess, isAlive } from '../processes.ts';
import { until } from '../../start-platform.ts';
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
  mend(): Promise<void> | void;
}

const goneWithinMs = 30_000;

/** Breaks a part. What others keep running (the supervisor, a service manager) is left to them. */
export async function breakPart({ part, kind }: PlannedFault, subject: Subject, random: Random): Promise<BrokenPart> {
  // A supervisor that is frozen harms nobody who is well.
  const affects = part === 'supervisor' && kind === 'stop' ? [] : affected[part];
  const mend = await breakNow(part, kind, subject, random);
  return { affects, mend };
}

type Mend = () => Promise<void> | void;

async function breakNow(part: Part, kind: PlannedFault['kind'], subject: Subject, random: Random): Promise<Mend> {
  const { redis, links, disks } = subject;
  switch (part) {
    case 'link gateway-2 to control plane':
      return breakLink(links.control, kind);
    case 'link gateway-2 to Redis':
      return breakLink(links.gatewayRedis, kind);
    case 'link up to Redis':
      return breakLink(links.upRedis, kind);
    case 'disk of up':
      disks?.up.fill();
      return () => disks?.up.clear();
    case 'disk of gateway-2':
      disks?.gateway.fill();
      return () => disks?.gateway.clear();
    case 'Redis':
      if (kind === 'stop') {
        redis.freeze();
        return () => redis.thaw();
      }
      await redis.kill();
      return () => redis.start();
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

function signalAll(kind: PlannedFault['kind'], pids: readonly number[]): Mend {
  if (kind === 'kill') {
    signal(pids.slice(0, 1), 'SIGKILL');
    return () => undefined;
  }
  signal(pids, 'SIGSTOP');
  return () => signal(pids, 'SIGCONT');
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    // Those of a fault before this one may have ended.
    if (pid > 0 && isAlive(pid)) process.kill(pid, name);
  }
}

async function killSupervisor(subject: Subject): Promise<Mend> {
  const pid = subject.platform.supervisor.pid ?? 0;
  signal([pid], 'SIGKILL');
  await until('the supervisor is gone', goneWithinMs, () => !isAlive(pid));
  return () => subject.startUp();
}

function breakLink(link: { setLink(state: LinkState): void }, kind: PlannedFault['kind']): Mend {
  link.setLink(kind === 'black-hole' ? 'black-hole' : 'cut');
  return () => link.setLink('whole');
}
