import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Runs a program to its end and keeps what it printed.
 *
 * @throws ClusterError PREREQUISITE_MISSING when it is not there, DEADLINE_EXCEEDED when it takes longer than it may,
 * BODY_TOO_LARGE when it prints more than is read.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, environment, timeoutMs }: RunOptions,
): Promise<ProgramResult> {
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let bytes = 0;
  const broken: { error?: ClusterError } = {};
  const end = (error: ClusterError): void => {
    broken.error ??= error;
    child.kill('SIGKILL');
  };
  const keep = (stream: NodeJS.ReadableStream): (() => string) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > OUTPUT_BYTES_MAX) {
        end(new ClusterError('BODY_TOO_LARGE', `${program} printed more than ${OUTPUT_BYTES_MAX} bytes`));
      } else parts.push(part);
    });
    return () => Buffer.concat(parts).toString('utf8');
  };
  const [stdout, stderr] = [keep(child.stdout), keep(child.stderr)];
  const timer = setTimeout(() => {
    end(new ClusterError('DEADLINE_EXCEEDED', `${program} ${args[0] ?? ''} did not end within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (broken.error !== undefined) throw broken.error;
    return {
      code: code ?? 128,
      stdout: stdout(),
      stderr: signal === null ? stderr() : `${stderr()}\nended by ${signal}`,
    };
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw new ClusterError('PREREQUISITE_MISSING', `${program} cannot be started: ${String(error)}`, {
      fix: `Install ${program}, or put it on PATH.`,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The end of what a program complained about, for a sentence. */
export const lastLines = (text: string, count = 4): string =>
  stripVTControlCharacters(text).trim().split('\n').slice(-count).join(' | ');
