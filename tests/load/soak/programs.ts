import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childrenOf, isCommandOf, processesOf } from '../../drills/processes.ts';

/** What one program holds at a moment; of several processes of it the mean. */
export interface Holding {
  readonly program: string;
  readonly processes: number;
  readonly residentMib: number;
  readonly openFiles: number;
  readonly openSockets: number;
  readonly threads: number;
}

const programs = [
  ['supervisor', 'apps/cli/src/main.ts'],
  ['control plane', 'apps/control-plane/src/main.ts'],
  ['gateway', 'apps/gateway/src/main.ts'],
] as const;

/**
 * Memory, files, sockets and threads of each program that works in this data folder, and of its runners as they are on the
 * average: a model in whose hands one was killed gets one of its own, and what all of them hold grows by that. Linux only.
 */
export function holdingsOf(home: string): Holding[] {
  const running = processesOf(home);
  return programs.flatMap(([program, part]) => {
    const found = running.find(({ command }) => isCommandOf(command, part));
    if (found === undefined) return [];
    const own = holdingOf(program, [found.pid]);
    if (program !== 'gateway') return [own];
    return [
      own,
      holdingOf(
        'runner',
        childrenOf(found.pid).map(({ pid }) => pid),
      ),
    ];
  });
}

function holdingOf(program: string, pids: readonly number[]): Holding {
  const sum = { residentMib: 0, openFiles: 0, openSockets: 0, threads: 0 };
  for (const pid of pids) {
    const status = readOr(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
    const targets = readOr(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
      readOr(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
    );
    sum.residentMib += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
    sum.threads += Number(/Threads:\s+(\d+)/.exec(status)?.[1] ?? 0);
    sum.openFiles += targets.length;
    sum.openSockets += targets.filter((target) => target.startsWith('socket:')).length;
  }
  const mean = (total: number): number => (pids.length === 0 ? 0 : total / pids.length);
  return {
    program,
    processes: pids.length,
    residentMib: mean(sum.residentMib),
    openFiles: mean(sum.openFiles),
    openSockets: mean(sum.openSockets),
    threads: mean(sum.threads),
  };
}

/** Processes and their files come and go while we look at them. */
function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
