import { getPriority, setPriority } from 'node:os';

/**
 * For work that may wait: beside work of the usual priority (weight 1024) it gets a tenth of a core (weight 110), and
 * whoever answers a request takes the core from it at once. On a machine with a core to spare it is as fast as before.
 * It cannot be taken back: an ordinary user may not raise a priority again.
 */
const niceness = 10;

/** Lowers the calling thread. On Linux alone a thread has a priority of its own; elsewhere nothing happens. */
export function lowerThisThread(): void {
  if (process.platform === 'linux') lower(0);
}

/** Lowers a process that was started just now, with all threads that it will have. One that has ended already is none. */
export function lowerProcess(pid: number): void {
  try {
    lower(pid);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR')) throw error;
  }
}

/** What was started under a lower priority still stays there: raising it would be refused. */
function lower(pid: number): void {
  if (getPriority(pid) < niceness) setPriority(pid, niceness);
}
