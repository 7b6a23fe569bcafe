import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../start-platform.ts';
import type { ServerUnderTest } from './server.ts';

/** What went wrong in each case; null where nothing did. */
export type CaseResults = Readonly<Record<string, string | null>>;

const folders = {
  python: 'tests/requirements.txt',
  kserve: 'tests/conformance/open-inference/peers/kserve/requirements.txt',
  mlserver: 'tests/conformance/open-inference/peers/mlserver/requirements.txt',
  'perf-analyzer': 'tests/conformance/open-inference/peers/perf-analyzer/requirements.txt',
} as const;

/** One of the environments that `make test` makes under `.tools`. */
export type PythonFolder = keyof typeof folders;

/** A program of an environment. @throws Error naming what makes it. */
export function pythonProgram(folder: PythonFolder, name: string): string {
  const program = join(repository, '.tools', folder, 'bin', name);
  if (!existsSync(program)) throw new Error(`${program} is missing: \`make test\` makes it from ${folders[folder]}`);
  return program;
}

/**
 * Runs every case of a script of this folder against the server, in one Python process.
 * @param more arguments after the server's addresses
 */
export function runPythonCases(
  folder: PythonFolder,
  script: string,
  server: ServerUnderTest,
  more: readonly string[] = [],
): Promise<CaseResults> {
  const args = ['-B', join(import.meta.dirname, script), server.url, server.grpcAddress, server.operatorKey, ...more];
  const limits = { timeout: 170_000, maxBuffer: 16 * 2 ** 20 };
  return new Promise((resolve, reject) => {
    execFile(pythonProgram(folder, 'python'), args, limits, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as CaseResults); // The one line that the scripts print.
      else reject(new Error(`${script} ended with ${error.code ?? error.signal}:\n${stdout}${stderr}`));
    });
  });
}
