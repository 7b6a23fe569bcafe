import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { framed } from './grpc-load-connection.ts';
import { httpRequestBytes } from './http-load-connection.ts';
import { runOnCore, type Core } from './run-on-core.ts';
import { fileStem, grpcRequest, wireRequest, type Scenario } from './scenarios.ts';
import type { LoadResult } from './wrk.ts';

/** What the program that sends the load reads: bytes for the wire, in base64. */
export interface StoredLoad {
  readonly wire: 'HTTP' | 'gRPC';
  readonly requests: readonly string[];
  readonly answers: readonly string[];
}

/** Writes the requests of a scenario, and the answer to each. @returns the file. */
export async function writeStoredLoad(folder: string, scenario: Scenario, answers: readonly Buffer[]): Promise<string> {
  const file = join(folder, `${fileStem(scenario)}.load.json`);
  const isGrpc = scenario.wire === 'gRPC';
  const bytesOf = (index: number): Buffer =>
    isGrpc ? framed(grpcRequest(scenario, index)) : httpRequestBytes(wireRequest(scenario, index));
  const load: StoredLoad = {
    wire: isGrpc ? 'gRPC' : 'HTTP',
    requests: scenario.rows.map((_row, index) => bytesOf(index).toString('base64')),
    answers: answers.map((answer) => (isGrpc ? framed(answer) : answer).toString('base64')),
  };
  await writeFile(file, JSON.stringify(load));
  return file;
}

export interface CheckingLoad {
  readonly url: string;
  readonly file: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, sent when they are due; null sends the next one when one was answered. */
  readonly ratePerSecond: number | null;
}

/** An open load says, too, how well it kept its own times. */
export interface CheckedLoad extends LoadResult {
  readonly p999Ms: number;
  /** How late the generator itself sent: part of the latencies. */
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
}

/** Runs one load in a process of its own. @throws Error when an answer was wrong or a call failed. */
export async function runCheckingLoad(load: CheckingLoad, core: Core): Promise<CheckedLoad> {
  const program = join(import.meta.dirname, '../checking-load.ts');
  // Its own pauses are part of what it measures: it has room for seconds, and takes no second core to make some.
  const flags = ['--max-semi-space-size=64', ...collectorFlags()];
  return JSON.parse(await runOnCore(core, [process.execPath, ...flags, program, JSON.stringify(load)])) as CheckedLoad; // It wrote it.
}
