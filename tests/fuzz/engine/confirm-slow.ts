import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { timeMsMax } from './limits.ts';

const door = join(import.meta.dirname, '..', 'fuzz.ts');
/** What has not come back after this time is slow in any case, milliseconds. */
const limitMs = 60_000;

/** Counters and watched comparisons cost time of their own: an input is slow when it is slow without them. */
export async function isSlowWithoutInstruments(targetFile: string, inputFile: string): Promise<boolean> {
  const names = ['--targets', dirname(targetFile), '--target', basename(targetFile, '.ts'), '--input', inputFile];
  const stdout = await outputOf([door, ...names]);
  const milliseconds = /^([\d.]+) ms/m.exec(stdout)?.[1];
  return milliseconds === undefined || Number(milliseconds) > timeMsMax;
}

/** The exit code speaks of errors; the time stands in the output either way. */
async function outputOf(args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, args, { timeout: limitMs })).stdout;
  } catch (failed) {
    return failed instanceof Error && 'stdout' in failed ? String(failed.stdout) : '';
  }
}
