import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sendSignal } from './send-signal.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Everything that it writes to stdout and stderr. */
  readonly onOutput: (chunk: Buffer) => void;
}

export interface Child {
  readonly pid: number;
  /** How it ended: `code 1`, `SIGKILL`. Never rejects. */
  readonly exited: Promise<string>;
  readonly hasExited: () => boolean;
  /** The last of what it wrote. */
  readonly lastOutput: () => string;
  /** SIGTERM, and SIGKILL to its whole process group after the limit. @returns true when the limit was not needed. */
  stop(limitMs: number): Promise<boolean>;
}

const outputCharactersMax = 4_000;
/** After an exit, its last output may still be on its way; a grandchild may keep the pipe open much longer. */
const outputGraceMs = 300;

/**
 * Starts a program in a session and process group of its own, so that Ctrl-C reaches the supervisor alone, with a pipe
 * on stdin that nothing is written to: it closes when this process ends, by whatever cause, and the program stops then.
 * @throws ClusterError PREREQUISITE_MISSING when it cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharactersMax);
      options.onOutput(chunk);
    });
  }
  // Its end closes the pipe from the other side, which is no error of ours.
  child.stdin.on('error', () => undefined);
  const exited = endOf(child);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new ClusterError('PREREQUISITE_MISSING', `${options.command} cannot be started: ${String(cause)}`, { cause });
  }
  // A child that was spawned has a number.
  const pid = child.pid ?? 0;
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return { pid, exited, hasExited, lastOutput: () => output, stop: (limitMs) => stopChild(child, exited, limitMs) };
}

async function endOf(child: ChildProcess): Promise<string> {
  const closed = once(child, 'close').catch(() => undefined);
  try {
    await once(child, 'exit');
  } catch (error) {
    return String(error);
  }
  await Promise.race([closed, sleep(outputGraceMs)]);
  // What watched the pipe on the child's behalf learns that it is no longer needed.
  child.stdin?.destroy();
  return child.signalCode ?? `code ${String(child.exitCode)}`;
}

async function stopChild(child: ChildProcess, exited: Promise<string>, limitMs: number): Promise<boolean> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const ended = await Promise.race([exited.then(() => true), sleep(limitMs, false, { ref: false })]);
  if (!ended) {
    // It may have ended between the limit and now.
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
    await exited;
  }
  return ended;
}
