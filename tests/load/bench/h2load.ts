import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { runOnCore, type Core } from './run-on-core.ts';
import { grpcFields } from './scenarios.ts';
import { percentile } from './statistics.ts';
import type { LoadResult } from './wrk.ts';

/** @returns the version of h2load, the load generator of nghttp2. */
export function requireH2load(): string {
  const { error, stdout } = spawnSync('h2load', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) {
    throw new Error('h2load is missing: run `make bench`, which installs it (as root, after saying so)');
  }
  return /nghttp2\/(\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

export interface H2load {
  readonly url: string;
  readonly path: string;
  /** File with the framed message of every call. */
  readonly bodyFile: string;
  /** The framed message that every call must be answered with. */
  readonly answerBytes: number;
  readonly connections: number;
  /** Calls at once on each connection. */
  readonly streams: number;
  readonly seconds: number;
}

/**
 * Runs one load of gRPC calls.
 * @returns calls a second.
 * @throws Error when a call failed, or when the calls together brought fewer bytes than their answers have, or part of an answer:
 * h2load does not compare them.
 */
export async function runH2load(load: H2load, core: Core): Promise<number> {
  return readH2load(await run(load, ['--warm-up-time=1'], core), load.answerBytes);
}

/**
 * The same, with how long each call took, from h2load's own log, which it writes into a file that is removed again. Nothing
 * is left out at its beginning.
 * @throws Error as above, and when the log has another number of calls.
 */
export async function timeH2load(load: H2load, logFile: string, core: Core): Promise<LoadResult> {
  await rm(logFile, { force: true });
  const output = await run(load, [`--log-file=${logFile}`], core);
  const requestsPerSecond = readH2load(output, load.answerBytes);
  const sorted = readH2loadLog(await readFile(logFile, 'utf8')).toSorted();
  await rm(logFile);
  const requests = succeededOf(output);
  if (sorted.length < requests) throw new Error(`h2load wrote down ${sorted.length} calls of ${requests}`);
  return { requests, requestsPerSecond, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), checked: 0 };
}

/** A line for each call: when it began, its status (of HTTP), and how long it took, µs. @returns milliseconds */
export function readH2loadLog(log: string): Float64Array {
  const lines = log.split('\n').filter((line) => line !== '');
  return Float64Array.from(lines, (line) => {
    const [, status, tookUs] = line.split('\t').map(Number);
    if (status !== 200 || tookUs === undefined || !(tookUs >= 0)) {
      throw new Error(`h2load wrote down a call as ${line}`);
    }
    return tookUs / 1_000;
  });
}

function run(
  { url, path, bodyFile, connections, streams, seconds }: H2load,
  more: readonly string[],
  core: Core,
): Promise<string> {
  const counts = { '-t': 1, '-c': connections, '-m': streams, '-D': seconds };
  const limits = Object.entries(counts).flatMap(([name, count]) => [name, String(count)]);
  const request = ['-d', bodyFile, ...grpcFields.flatMap(([name, value]) => ['-H', `${name}: ${value}`])];
  return runOnCore(core, ['h2load', ...limits, ...more, ...request, `${url}${path}`]);
}

function succeededOf(output: string): number {
  return Number(/, (\d+) succeeded/.exec(output)?.[1]);
}

/** Reads what h2load prints. @throws Error as above. */
export function readH2load(output: string, answerBytes: number): number {
  const perSecond = Number(/^finished in .*?, ([\d.]+) req\/s/m.exec(output)?.[1]);
  const succeeded = succeededOf(output);
  const failed = Number(/, (\d+) failed/.exec(output)?.[1]);
  const dataBytes = Number(/\((\d+)\) data$/m.exec(output)?.[1]);
  if (!(succeeded > 0) || failed !== 0) throw new Error(`calls failed under load:\n${output}`);
  // The bytes are those of the warm-up, too; a call that failed brings none.
  if (dataBytes % answerBytes !== 0 || dataBytes < succeeded * answerBytes) {
    throw new Error(`${succeeded} calls brought ${dataBytes} bytes; an answer has ${answerBytes}:\n${output}`);
  }
  return perSecond;
}
