import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

const halfOf = 2;

/** What one runner may fill when no setting says so: half of the machine's memory, or of the container's. Bytes. */
export function memoryBytesDefault(): number {
  const constrained = process.constrainedMemory();
  // Without a limit it is 0 or a number beyond any memory.
  const available = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.floor(available / halfOf);
}

/** Resident memory of a process, bytes; null where the system does not tell, or when the process has ended. */
export function residentBytes(pid: number): number | null {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1_024;
  } catch {
    // There is no /proc, or the process is gone.
    return null;
  }
}
