import { join } from 'node:path';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { sizeOf } from './data-folder.ts';
import type { Allowance, Series } from './growth.ts';
import { holdingsOf } from './programs.ts';

type Point = Series['points'][number];

interface Watched extends Series {
  readonly points: Point[];
  readonly allowance: Allowance;
}

/** Notes what the platform holds, again and again. */
export interface Watch {
  look(): Promise<void>;
  readonly series: readonly Watched[];
}

const allowances: Readonly<Record<string, Allowance>> = {
  // Heaps breathe: the collector of a process with much memory left is in no hurry.
  MiB: { share: 0.1, floor: 12 },
  // Each of the six models may get a runner of its own.
  processes: { share: 0, floor: 6 },
  'open files': { share: 0.1, floor: 8 },
  sockets: { share: 0.1, floor: 8 },
  threads: { share: 0.1, floor: 4 },
  connections: { share: 0, floor: 4 },
  'log MiB': { share: 0, floor: 160 },
  'temporary files': { share: 0.1, floor: 16 },
};

export function startWatch(home: string, database: Pool['pg']): Watch {
  const all = new Map<string, Watched>();
  const note = (name: string, unit: string, value: number): void => {
    const known = all.get(name);
    const point = { atMs: performance.now(), value };
    if (known !== undefined) known.points.push(point);
    else all.set(name, { name, unit, points: [point], allowance: allowances[unit] ?? { share: 0.1, floor: 0 } });
  };
  return {
    get series() {
      return [...all.values()];
    },
    look: async () => {
      for (const { program, processes, residentMib, openFiles, openSockets, threads } of holdingsOf(home)) {
        if (program === 'runner') note(`${program}: processes`, 'processes', processes);
        note(`${program}: memory`, 'MiB', residentMib);
        note(`${program}: open files`, 'open files', openFiles);
        note(`${program}: sockets`, 'sockets', openSockets);
        note(`${program}: threads`, 'threads', threads);
      }
      const { rows } = await database.query<{ count: string }>(
        'select count(*) from pg_stat_activity where datname = current_database()',
      );
      note('database: connections', 'connections', Number(rows[0]?.count));
      note('logs', 'log MiB', sizeOf(join(home, 'logs')).bytes / 2 ** 20);
      note('run, cache: files', 'temporary files', sizeOf(join(home, 'run')).files + sizeOf(join(home, 'cache')).files);
    },
  };
}
