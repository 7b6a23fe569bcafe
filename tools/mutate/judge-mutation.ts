import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutation } from './mutations.ts';

const outputCharactersKept = 4_000;

/** How a run of tests ended. */
export interface Verdict {
  readonly isRed: boolean;
  /** The end of what it printed. */
  readonly output: string;
}

/** Runs tests in the folder. @param tests arguments of vitest. */
export async function runTests(folder: string, tests: readonly string[]): Promise<Verdict> {
  const vitest = spawn('vitest', ['run', '--bail', '1', ...tests], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-outputCharactersKept);
  };
  vitest.stdout.on('data', keep);
  vitest.stderr.on('data', keep);
  const [code] = (await once(vitest, 'close')) as [number | null];
  if (/No test files found/.test(output)) throw new Error(`vitest run ${tests.join(' ')} found no test`);
  return { isRed: code !== 0, output };
}

/**
 * Breaks the file, runs its guards one after the other until one goes red, and puts the file back.
 * @returns whether one went red
 */
export async function isNoticed(
  folder: string,
  path: string,
  { text }: Mutation,
  guards: readonly (readonly string[])[],
): Promise<boolean> {
  const file = join(folder, path);
  const before = readFileSync(file);
  try {
    writeFileSync(file, text);
    for (const tests of guards) if ((await runTests(folder, tests)).isRed) return true;
    return false;
  } finally {
    // The mode stays: the file itself was never replaced.
    writeFileSync(file, before);
    rmSync(join(folder, 'coverage'), { recursive: true, force: true });
  }
}
