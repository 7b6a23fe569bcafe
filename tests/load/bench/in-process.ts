import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrueOutputs } from './answers.ts';
import { modelBytes } from './gateway.ts';
import { runOnCore } from './run-on-core.ts';
import { fileStem, type Scenario } from './scenarios.ts';

export interface InProcessResult {
  readonly runsPerSecond: number;
  /** CPU time of one run, microseconds. */
  readonly cpuUsPerRun: number;
  readonly outputs: TrueOutputs;
}

/** Measures the plain loop in a process of its own, on one core. */
export async function runInProcess(
  folder: string,
  scenario: Scenario,
  seconds: number,
  core: number,
): Promise<InProcessResult> {
  const rowsFile = join(folder, `${fileStem(scenario)}.rows`);
  await writeFile(rowsFile, Buffer.concat(scenario.rows.map((row) => Buffer.from(row.buffer))));
  const loop = join(import.meta.dirname, '../in-process-loop.ts');
  const { model, inputName, shape } = scenario;
  const modelFile = join(folder, `${model}.onnx`);
  await writeFile(modelFile, await modelBytes(model));
  const printed = await runOnCore(core, [
    process.execPath,
    loop,
    modelFile,
    inputName,
    shape.join(','),
    rowsFile,
    String(seconds),
  ]);
  return JSON.parse(printed) as InProcessResult; // The loop wrote it.
}
