import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * For work that may wait: beside work of the usual priority (weight 1024) it gets a tenth of a core (weight 110), and
 * whoever answers a request takes the core from it at once. On a machine with a core to spare it is as fast as before.
 * It cannot be taken back: an ordinary user may not raise a priority again.
 */
const nicenessOfBackground = 10;

/** Lowers the calling thread. On Linux alone a thread has a priority of its own; elsewhere nothing happens. */
export function lowerThisThread(): void {
  if (process.platform === 'linux') lower(0, nicenessOfBackground);
}

/** Lowers a process, with all threads that it has and will have. One that has ended already is none. */
export function lowerProcess(pid: number, niceness = nicenessOfBackground): void {
  if (process.platform !== 'linux') return unlessRefused(() => lower(pid, niceness));
  unlessRefused(() => {
    for (const thread of readdirSync(`/proc/${pid}/task`)) unlessRefused(() => lower(Number(thread), niceness));
  });
  unlessRefused(() => lowerSession(pid, niceness));
}

function unlessRefused(change: () => void): void {
  try {
    change();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!hasNoEffect.has(code)) throw error;
  }
}

/**
 * Where Linux shares cores out by session (autogroup, in sched(7)), a niceness counts within one only, and a session has
 * one of its own. It is lowered for a process that leads its session: others would go down with any other.
 */
function lowerSession(pid: number, niceness: number): void {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , session] = fields.slice(fields.lastIndexOf(')') + 2).split(' ');
  if (Number(session) === pid) writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
}

/**
 * It has ended (ERR_SYSTEM_ERROR, ESRCH, or ENOENT, as where there are no autogroups); another was lowered within the
 * last tenth of a second, which the kernel does not do for ordinary users (EAGAIN); or the system does not let it be.
 */
const hasNoEffect = new Set(['ERR_SYSTEM_ERROR', 'ESRCH', 'ENOENT', 'EAGAIN', 'EACCES', 'EPERM', 'EROFS']);

/** What was started under a lower priority still stays there: raising it would be refused. */
function lower(pid: number, niceness: number): void {
  if (getPriority(pid) < niceness) setPriority(pid, niceness);
}
