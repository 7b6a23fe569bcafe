import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever its kernel's own clock is. */
const ticksPerSecond = 100;

interface ProcessTime {
  readonly parent: number;
  readonly seconds: number;
}

/** CPU time of a process and of all that descend from it and live, so far, seconds, by Linux's /proc. */
export function cpuSecondsOf(pid: number): number {
  return withDescendants(pid).reduce((total, each) => total + (timeOf(String(each))?.seconds ?? 0), 0);
}

/** @returns null for a process that has ended meanwhile. */
function timeOf(pid: string): ProcessTime | null {
  return readOf(`/proc/${pid}/stat`, (text) => {
    // The name in brackets may hold spaces; the fields after it are numbered from 3.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
  });
}

/** @returns null when the process of the file has ended meanwhile. */
function readOf<T>(file: string, parse: (text: string) => T): T | null {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Memory of a process and its descendants, bytes. */
export interface Memory {
  /** Resident, pages that processes share counted in each. */
  readonly rssBytes: number;
  /** Resident, shared pages divided among those that share them: what would come free. */
  readonly pssBytes: number;
}

/** Memory of a process and of all that descend from it. */
export function memoryOf(pid: number): Memory {
  const pids = withDescendants(pid);
  const sum = (field: string): number => pids.reduce((total, each) => total + kilobytesOf(each, field), 0) * 1_024;
  return { rssBytes: sum('Rss'), pssBytes: sum('Pss') };
}

function kilobytesOf(pid: number, field: string): number {
  return (
    readOf(`/proc/${pid}/smaps_rollup`, (text) => Number(new RegExp(`^${field}: +(\\d+)`, 'm').exec(text)?.[1] ?? 0)) ??
    0
  );
}

/** A process and all that descend from it. */
export function withDescendants(root: number): number[] {
  const pids = new Set([root]);
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ pid: Number(entry), parent: timeOf(entry)?.parent }));
  let before = 0;
  while (pids.size > before) {
    before = pids.size;
    for (const { pid, parent } of all) if (parent !== undefined && pids.has(parent)) pids.add(pid);
  }
  return [...pids];
}
