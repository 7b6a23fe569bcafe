import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

/** A row for the table whose rows the control plane puts into the audit log: what was done to the data as a whole. */
export interface DataOperation {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The statement that leaves the note. @param detail must hold nothing secret; who did it is added. */
export function dataOperation(kind: 'backup' | 'restore', detail: Readonly<Record<string, unknown>>): DataOperation {
  return {
    text: 'insert into data_operations (id, kind, at, detail) values ($1, $2, now(), $3)',
    values: [randomUUID(), kind, JSON.stringify({ ...detail, by: `${userName()}@${hostname()}` })],
  };
}

/** The person behind a command on this machine, as far as the system knows. @param read of the system, unless a test says. */
export function userName(read: () => string = () => userInfo().username): string {
  try {
    return read();
  } catch {
    // In a container a process may run as a number that has no name.
    return `user number ${process.getuid?.() ?? 'unknown'}`;
  }
}
