import { spawnSync } from 'node:child_process';

const outputBytesMax = 64 * 1024 * 1024;
const errorLinesShown = 15;

/**
 * Runs a program and returns what it wrote to stdout.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @throws with the last lines of its output when it does not exit with 0
 */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, {
    ...options,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: outputBytesMax,
  });
  const command = [program, ...args].join(' ');
  if (result.error !== undefined) throw new Error(`"${command}" did not start: ${result.error.message}.`);
  if (result.status === 0) return result.stdout;
  const ending = result.signal === null ? `exit code ${result.status}` : `signal ${result.signal}`;
  const lines = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(-errorLinesShown).map((line) => `    ${line}`);
  throw new Error([`"${command}" ended with ${ending}. Its last lines:`, ...shown].join('\n'));
}
