import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Child } from './child.ts';
import { lastMessage } from './log-line.ts';
import { healthyAfterMs, restartDelayMs } from './restart-delay.ts';
import type { Terminal } from './terminal.ts';

/** A program that must be running. */
export interface Program {
  /** As in messages and log files: `gateway`. */
  readonly name: string;
  start(): Promise<Child>;
  /** Resolves once it does its work; polls, and looks at `child.hasExited()`. @throws ClusterError with the reason. */
  untilReady(child: Child, signal: AbortSignal): Promise<void>;
  readonly stopTimeoutMs: number;
}

export interface Supervisor {
  /** Starts the program and waits until it is ready. @throws ClusterError when it ends before, with what it said last. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops it in order and does not start it again. */
  stop(): Promise<void>;
  /** The running child, or null. */
  readonly child: () => Child | null;
}

export interface SuperviseOptions {
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Called whenever a child was started or ended. */
  readonly onChange: () => void;
}

/** Keeps a program running: when it ends without having been asked to, it is started again, later each time. */
export function superviseProgram(program: Program, options: SuperviseOptions): Supervisor {
  const { log, terminal, onChange } = options;
  const stopping = new AbortController();
  let child: Child | null = null;
  let loop: Promise<void> = Promise.resolve();

  async function launch(): Promise<Child> {
    const started = await program.start();
    child = started;
    onChange();
    log.info({ name: program.name, childPid: started.pid }, 'program started');
    return started;
  }

  async function start(signal: AbortSignal): Promise<void> {
    const started = await launch();
    try {
      await program.untilReady(started, signal);
    } catch (error) {
      const said = started.hasExited() ? lastMessage(started.lastOutput()) : '';
      await started.stop(program.stopTimeoutMs);
      throw startError(program, said, error);
    }
    loop = keepRunning(started);
  }

  async function keepRunning(first: Child): Promise<void> {
    let present: Child | null = first;
    let endsInARow = 0;
    while (!stopping.signal.aborted) {
      const beganMs = performance.now();
      const end = present === null ? 'could not be started' : `ended (${await present.exited})`;
      child = null;
      onChange();
      if (stopping.signal.aborted) return;
      endsInARow = performance.now() - beganMs >= healthyAfterMs ? 1 : endsInARow + 1;
      const delayMs = restartDelayMs(endsInARow);
      log.error({ name: program.name, end, delayMs }, 'program ended');
      terminal.warn(`${program.name} ${end}; starting it again in ${delayMs / 1_000} s`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      present = await restart();
    }
  }

  async function restart(): Promise<Child | null> {
    const beganMs = performance.now();
    try {
      const started = await launch();
      void announceReady(started, beganMs);
      return started;
    } catch (error) {
      log.error({ name: program.name, error }, 'program could not be started');
      return null;
    }
  }

  async function announceReady(started: Child, beganMs: number): Promise<void> {
    try {
      await program.untilReady(started, stopping.signal);
      const tookMs = Math.round(performance.now() - beganMs);
      log.info({ name: program.name, tookMs }, 'program is ready again');
      terminal.line(`${program.name} is ready again after ${(tookMs / 1_000).toFixed(1)} s`);
    } catch (error) {
      // When it ended, the loop above starts it again and says so.
      if (started.hasExited() || stopping.signal.aborted) return;
      terminal.warn(`${program.name}: ${toClusterError(error).message}`);
      await started.stop(program.stopTimeoutMs);
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    if (child !== null && !(await child.stop(program.stopTimeoutMs))) {
      terminal.warn(`${program.name} did not stop within ${program.stopTimeoutMs / 1_000} s and was killed`);
    }
    await loop;
    child = null;
  }

  return { start, stop, child: () => child };
}

/** @param said what a program said last that ended before it was ready; it tells more than that it did. */
function startError(program: Program, said: string, error: unknown): ClusterError {
  if (error instanceof ClusterError && error.code === 'SHUTTING_DOWN') return error;
  const reason = error instanceof ClusterError ? error.message : String(error);
  const text = `${program.name} did not start: ${said === '' ? reason : said}`;
  return new ClusterError('PREREQUISITE_MISSING', text, { cause: error });
}
