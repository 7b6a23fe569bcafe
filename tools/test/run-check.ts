import { spawnSync } from 'node:child_process';
import type { Outcome } from './count-tests.ts';

const outputBytesMax = 256 * 1024 * 1024;

/** Runs a program that judges the whole repository. It counts as one test; its output is shown when it fails. */
export function runCheck(root: string, program: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: outputBytesMax,
  });
  if (error === undefined && status === 0) return { passed: 1, failed: 0, remarks: [] };
  process.stdout.write(`${stdout}${stderr}`);
  const ending = error?.message ?? `exit code ${status}`;
  return { passed: 0, failed: 1, remarks: [`"${[program, ...args].join(' ')}" ended with ${ending}`] };
}
