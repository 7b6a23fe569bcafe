import { spawnSync } from 'node:child_process';
import { runOnCore, type Core } from './run-on-core.ts';
import { grpcFields } from './scenarios.ts';

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
  const { url, path, bodyFile, connections, streams, seconds } = load;
  const limits = [
    '-t',
    '1',
    '-c',
    String(connections),
    '-m',
    String(streams),
    '-D',
    String(seconds),
    '--warm-up-time=1',
  ];
  const request = ['-d', bodyFile, ...grpcFields.flatMap(([name, value]) => ['-H', `${name}: ${value}`])];
  const output = await runOnCore(core, ['h2load', ...limits, ...request, `${url}${path}`]);
  return readH2load(output, load.answerBytes);
}

/** Reads what h2load prints. @throws Error as above. */
export function readH2load(output: string, answerBytes: number): number {
  const perSecond = Number(/^finished in .*?, ([\d.]+) req\/s/m.exec(output)?.[1]);
  const succeeded = Number(/, (\d+) succeeded/.exec(output)?.[1]);
  const failed = Number(/, (\d+) failed/.exec(output)?.[1]);
  const dataBytes = Number(/\((\d+)\) data$/m.exec(output)?.[1]);
  if (!(succeeded > 0) || failed !== 0) throw new Error(`calls failed under load:\n${output}`);
  // The bytes are those of the warm-up, too; a call that failed brings none.
  if (dataBytes % answerBytes !== 0 || dataBytes < succeeded * answerBytes) {
    throw new Error(`${succeeded} calls brought ${dataBytes} bytes; an answer has ${answerBytes}:\n${output}`);
  }
  return perSecond;
}
