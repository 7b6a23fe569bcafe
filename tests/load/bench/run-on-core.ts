import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a command on one core and returns what it printed. It does not hold this thread up: the gateway's log, which comes
 * through a pipe, must be read meanwhile.
 */
export async function runOnCore(core: number, command: readonly string[]): Promise<string> {
  const { stdout } = await execute('taskset', ['-c', String(core), ...command], { maxBuffer: 2 ** 24 });
  return stdout;
}
