import { ClusterError } from '@cluster-ai/core/errors.ts';
import { giveBackLeases, takeLease } from '../database/lease.ts';
import type { Lease } from '../database/lease.ts';
import type { Plane } from '../plane.ts';

/** Work that is done again and again, by one control plane at a time. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** @param signal is aborted when the process stops. */
  run(signal: AbortSignal): Promise<void>;
}

/** How much longer than one interval a lease lasts: another process takes over when its holder has been silent this long. */
const leaseGraceMs = 30_000;

/** How soon after the database was prepared the first run begins. */
const preparedCheckMs = 50;

export interface RunningJobs {
  /** Begins no run any more, and resolves when those in progress have ended. */
  stop(): Promise<void>;
}

/** Runs each job at its interval, whenever this process holds the job's lease. A run that fails is logged and tried again. */
export function startJobs(plane: Plane, jobs: readonly Job[]): RunningJobs {
  // The same after a restart, which then need not wait for its own lease to expire.
  const holder = plane.instanceId;
  const controller = new AbortController();
  const loops = jobs.map((job) => loop(plane, job, holder, controller.signal));
  return {
    stop: async () => {
      controller.abort();
      await Promise.all(loops);
      if (plane.store.isOpen) await releaseLeases(plane, holder);
    },
  };
}

async function loop(plane: Plane, job: Job, holder: string, signal: AbortSignal): Promise<void> {
  let failing = false;
  while (!plane.prepared() && !signal.aborted) await pause(preparedCheckMs, signal);
  while (!signal.aborted) {
    try {
      if ((await takeLease(plane.store, leaseOf(job, holder))) !== null) await job.run(signal);
      failing = false;
    } catch (error) {
      const away = error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE';
      // One line for a database that is away, however long: its absence shows in /readyz.
      if (!failing || !away) plane.log.warn({ job: job.name, error }, 'job failed and will be tried again');
      failing = true;
    }
    await pause(job.everyMs, signal);
  }
}

function leaseOf(job: Job, holder: string): Lease {
  return { name: job.name, holder, durationMs: job.everyMs + leaseGraceMs };
}

async function releaseLeases(plane: Plane, holder: string): Promise<void> {
  try {
    await giveBackLeases(plane.store, holder);
  } catch (error) {
    // They expire by themselves.
    plane.log.info({ error }, 'leases were not given back');
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
