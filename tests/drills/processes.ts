import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
}

/** All processes whose command line or environment names the data folder: whatever a platform has started. */
export function processesOf(home: string): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      const command = read(`/proc/${entry}/cmdline`).replaceAll('\u0000', ' ').trim();
      const belongs = command.includes(home) || read(`/proc/${entry}/environ`).includes(home);
      // A zombie holds nothing: it only waits for its parent to look.
      const zombie = / Z /.test(read(`/proc/${entry}/stat`));
      return belongs && !zombie ? [{ pid: Number(entry), command }] : [];
    });
}

/** What `up` runs in place of the sources, where it was bundled from them. */
const bundled: ReadonlyMap<string, string> = new Map([
  ['apps/control-plane/src/main.ts', 'dist/control-plane/control-plane.js'],
  ['apps/gateway/src/main.ts', 'dist/gateway/gateway.js'],
]);

/** @param part of the command; the path of a program finds its bundle, too. */
export function isCommandOf(command: string, part: string): boolean {
  return command.includes(part) || command.includes(bundled.get(part) ?? part);
}

export function findProcesses(home: string, part: string): ProcessInfo[] {
  return processesOf(home).filter(({ command }) => isCommandOf(command, part));
}

export function findProcess(home: string, part: string): ProcessInfo {
  const [found] = findProcesses(home, part);
  if (found === undefined) {
    throw new Error(`no process of ${home} has '${part}' in its command: ${JSON.stringify(processesOf(home))}`);
  }
  return found;
}

/** Runners are children of the gateway and have an empty environment, so they are found by their parent. */
export function childrenOf(pid: number): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => new RegExp(`\\) \\S ${pid} `).test(read(`/proc/${entry}/stat`)))
    .map((entry) => ({ pid: Number(entry), command: read(`/proc/${entry}/cmdline`).replaceAll('\u0000', ' ').trim() }));
}

export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !/ Z /.test(stat);
}

export function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Processes come and go while we look at them. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
