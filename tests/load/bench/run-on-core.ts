import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A core by its number, or wherever the system puts it. */
export type Core = number | null;

/** The command that runs a command on a core. */
export function onCore(core: Core, command: readonly string[]): [program: string, ...args: string[]] {
  const [program = '', ...args] = core === null ? command : ['taskset', '-c', String(core), ...command];
  return [program, ...args];
}

/**
 * Runs a command and returns what it printed. It does not hold this thread up: the gateway's log, which comes
 * through a pipe, must be read meanwhile.
 */
export async function runOnCore(core: Core, command: readonly string[]): Promise<string> {
  const [program, ...args] = onCore(core, command);
  const { stdout } = await execute(program, args, { maxBuffer: 2 ** 24 });
  return stdout;
}
