import { spawnSync } from 'node:child_process';
import type { Outcome } from './count-tests.ts';

/**
 * Chance begins alike for every change; how far it gets depends on the machine, and where it goes on the sources and the
 * corpus. `make fuzz` takes another seed each time.
 */
const seed = 15;

const outputBytesMax = 64 * 1024 * 1024;

/**
 * Runs the fuzzer on every target, with its output shown. A target that came through is a test that passed; each failure
 * that was found, and a fuzzer that ended without its counts, is one that failed.
 * @param minutes for all targets together.
 */
export function runFuzz(root: string, minutes: number): Outcome {
  const args = ['tests/fuzz/fuzz.ts', '--minutes', String(minutes), '--seed', String(seed)];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: outputBytesMax,
  });
  process.stdout.write(stdout);
  return fuzzOutcome(stdout, status);
}

/** What the fuzzer's output and exit code prove. */
export function fuzzOutcome(output: string, exitCode: number | null): Outcome {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  if (passed === undefined || failed === undefined) {
    return { passed: 0, failed: 1, remarks: [`the fuzzer ended without its counts, with exit code ${exitCode}`] };
  }
  const disagrees = (exitCode === 0) !== (failed === '0' && passed !== '0');
  return {
    passed: Number(passed),
    failed: Number(failed) + (disagrees ? 1 : 0),
    remarks: disagrees ? [`the fuzzer ended with exit code ${exitCode}, which its counts do not fit`] : [],
  };
}
