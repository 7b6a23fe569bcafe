import { readFileSync, readdirSync } from 'node:fs';

/** One of our programs that is running. */
export interface Program {
  readonly pid: number;
  /** `gateway 123`: which program it is. */
  readonly name: string;
  readonly rssBytes: number;
}

/**
 * The programs of the platform under these processes, themselves included, with their resident memory. The database is
 * not one of ours.
 */
export function programsUnder(rootPids: readonly number[]): Program[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? Number(statusOf(Number(entry), 'PPid')) : Number.NaN;
    if (!Number.isNaN(parent)) parents.set(Number(entry), parent);
  }
  const found = new Set(rootPids);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found].flatMap((pid) => {
    const program = /apps\/([a-z-]+)\/src\/main\.ts/.exec(read(`/proc/${pid}/cmdline`))?.[1];
    const rss = /^(\d+) kB$/.exec(statusOf(pid, 'VmRSS'))?.[1];
    if (program === undefined || rss === undefined) return [];
    return [{ pid, name: `${program} ${pid}`, rssBytes: Number(rss) * 1_024 }];
  });
}

function statusOf(pid: number, field: string): string {
  return new RegExp(`^${field}:\\s*(.+)$`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? '';
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
