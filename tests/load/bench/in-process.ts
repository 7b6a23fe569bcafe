import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrueOutputs } from './answers.ts';
import { modelBytes } from './bench-models.ts';
import { runOnCore } from './run-on-core.ts';
import type { Scenario } from './scenarios.ts';

/** A loop of one thread over one model. */
export interface LoopResult {
  readonly runsPerSecond: number;
  readonly p50Us: number;
  /** CPU time of one run, microseconds. */
  readonly cpuUsPerRun: number;
}

export interface InProcessResult {
  /** `await session.run()`: what a program has without a server. */
  readonly publicRun: LoopResult;
  /** The synchronous call underneath, which onnxruntime-node does not publish. */
  readonly privateRun: LoopResult;
  /** Time to make the session, milliseconds. */
  readonly loadMs: number;
  readonly outputs: TrueOutputs;
}

/** Writes the model and the rows of a scenario where the loop, and other servers, find them. @returns the model's file. */
export async function writeModelAndRows(folder: string, { model, rows }: Scenario): Promise<string> {
  const modelFile = join(folder, `${model}.onnx`);
  await writeFile(modelFile, await modelBytes(model));
  await writeFile(`${modelFile}.rows`, Buffer.concat(rows.map((row) => Buffer.from(row.buffer))));
  return modelFile;
}

/** Measures both loops in a process of their own. The files must have been written. */
export async function runInProcess(folder: string, scenario: Scenario, seconds: number): Promise<InProcessResult> {
  return JSON.parse(await printedByLoop(folder, scenario, seconds)) as InProcessResult; // The loop wrote it.
}

/** Measures the public call alone, once more. */
export async function runPublicLoop(folder: string, scenario: Scenario, seconds: number): Promise<LoopResult> {
  return JSON.parse(await printedByLoop(folder, scenario, seconds, 'public')) as LoopResult; // The loop wrote it.
}

function printedByLoop(
  folder: string,
  { model, inputName, shape }: Scenario,
  seconds: number,
  ...wanted: readonly 'public'[]
): Promise<string> {
  const loop = join(import.meta.dirname, '../in-process-loop.ts');
  const modelFile = join(folder, `${model}.onnx`);
  const given = [modelFile, inputName, shape.join(','), `${modelFile}.rows`, String(seconds), ...wanted];
  return runOnCore(null, [process.execPath, loop, ...given]);
}
