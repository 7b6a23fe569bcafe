import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrueOutputs } from './answers.ts';
import { modelPath } from './gateway.ts';
import type { Scenario } from './scenarios.ts';

export interface InProcessResult {
  readonly runsPerSecond: number;
  /** CPU time of one run, microseconds. */
  readonly cpuUsPerRun: number;
  readonly outputs: TrueOutputs;
}

/** Measures the plain loop in a process of its own, on one core. */
export function runInProcess(folder: string, scenario: Scenario, seconds: number, core: number): InProcessResult {
  const rowsFile = join(folder, `${scenario.model}.rows`);
  writeFileSync(rowsFile, Buffer.concat(scenario.rows.map((row) => Buffer.from(row.buffer))));
  const loop = join(import.meta.dirname, '../in-process-loop.ts');
  const printed = execFileSync(
    'taskset',
    [
      '-c',
      String(core),
      process.execPath,
      loop,
      modelPath(scenario.model),
      scenario.inputName,
      String(scenario.columns),
      rowsFile,
      String(seconds),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 24 },
  );
  return JSON.parse(printed) as InProcessResult; // The loop wrote it.
}
