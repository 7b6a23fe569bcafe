import { expect } from 'vitest';
import { runPythonCases, type PythonFolder } from './run-python-cases.ts';
import type { ServerUnderTest } from './server.ts';

/** Runs a script's cases and shows what each that failed said. */
export async function expectAllCases(
  folder: PythonFolder,
  script: string,
  server: ServerUnderTest,
  more: readonly string[] = [],
): Promise<void> {
  const cases = Object.entries(await runPythonCases(folder, script, server, more));
  const failures = cases.filter(([, problem]) => problem !== null);
  console.log(`${script}: ${cases.length - failures.length} of ${cases.length} cases`);
  expect(failures.map(([name, problem]) => `${name}:\n${problem}`).join('\n')).toBe('');
  expect(cases.length).toBeGreaterThan(5);
}
