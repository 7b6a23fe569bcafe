import { spawn } from 'node:child_process';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface ProgramOptions {
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its input. */
  readonly input?: string;
  readonly cwd?: string;
}

/** Runs a program to its end and gives what it printed; tests put their own in its place. */
export type RunProgram = (command: readonly string[], options: ProgramOptions) => Promise<string>;

const outputBytesMax = 16 * 1024 * 1024;
const shownErrorBytes = 4_096;

/**
 * @throws ClusterError PREREQUISITE_MISSING when there is no such program, DEADLINE_EXCEEDED when it took too long,
 * CONFLICT with what it wrote when it failed
 */
export const runProgram: RunProgram = (command, options) => {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.length > outputBytesMax) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-shownErrorBytes)));
    // A program that ends before it has read its input says why itself.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(options.input ?? '');
    child.once('error', (error) =>
      reject(
        new ClusterError('PREREQUISITE_MISSING', `'${program}' cannot be run: ${error.message}`, {
          cause: error,
          fix: `Install ${program}, or put it on PATH.`,
        }),
      ),
    );
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const shown = command.join(' ').slice(0, 300);
      if (signal !== null) {
        return reject(
          new ClusterError(
            'DEADLINE_EXCEEDED',
            `'${shown}' was ended by ${signal} (it may take ${options.timeoutMs} ms)`,
          ),
        );
      }
      return reject(new ClusterError('CONFLICT', `'${shown}' ended with ${code}: ${err.trim()}`));
    });
  });
};
