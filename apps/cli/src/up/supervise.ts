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
  /**
   * Stops it in order and starts it again at once; resolves when it is ready again. Does nothing while it is down: then
   * it is being started anyway. @throws ClusterError when it is not ready in time.
   */
  restart(): Promise<void>;
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
  return new ProgramSupervisor(program, options);
}

class ProgramSupervisor implements Supervisor {
  private readonly program: Program;
  private readonly options: SuperviseOptions;
  private readonly stopping = new AbortController();
  private present: Child | null = null;
  private loop: Promise<void> = Promise.resolve();
  /** Set while it ends because it is to be started again. */
  private restarting: PromiseWithResolvers<Child | null> | null = null;

  constructor(program: Program, options: SuperviseOptions) {
    this.program = program;
    this.options = options;
  }

  readonly child = (): Child | null => this.present;

  async start(signal: AbortSignal): Promise<void> {
    const started = await this.launch();
    try {
      await this.program.untilReady(started, signal);
    } catch (error) {
      const said = started.hasExited() ? lastMessage(started.lastOutput()) : '';
      await started.stop(this.program.stopTimeoutMs);
      throw startError(this.program, said, error);
    }
    this.loop = this.keepRunning(started);
  }

  async restart(): Promise<void> {
    if (this.present === null || this.restarting !== null) return;
    const again = Promise.withResolvers<Child | null>();
    this.restarting = again;
    await this.stopInTime(this.present);
    const started = await again.promise;
    if (started === null) throw new ClusterError('INTERNAL', `${this.program.name} could not be started again`);
    await this.program.untilReady(started, this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.present !== null) await this.stopInTime(this.present);
    await this.loop;
    this.restarting?.reject(new ClusterError('SHUTTING_DOWN', `${this.program.name} is being stopped`));
    this.present = null;
  }

  private async launch(): Promise<Child> {
    const started = await this.program.start();
    this.present = started;
    this.options.onChange();
    this.options.log.info({ name: this.program.name, childPid: started.pid }, 'program started');
    return started;
  }

  private async keepRunning(first: Child): Promise<void> {
    const { name } = this.program;
    const { signal } = this.stopping;
    let running: Child | null = first;
    let endsInARow = 0;
    while (!signal.aborted) {
      const beganMs = performance.now();
      const end = running === null ? 'could not be started' : `ended (${await running.exited})`;
      this.present = null;
      this.options.onChange();
      if (signal.aborted) return;
      if (this.restarting !== null) {
        running = await this.relaunch();
        this.restarting.resolve(running);
        this.restarting = null;
        continue;
      }
      endsInARow = performance.now() - beganMs >= healthyAfterMs ? 1 : endsInARow + 1;
      const delayMs = restartDelayMs(endsInARow);
      this.options.log.error({ name, end, delayMs }, 'program ended');
      this.options.terminal.warn(`${name} ${end}; starting it again in ${delayMs / 1_000} s`);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      running = await this.relaunch();
    }
  }

  private async relaunch(): Promise<Child | null> {
    const beganMs = performance.now();
    try {
      const started = await this.launch();
      void this.announceReady(started, beganMs);
      return started;
    } catch (error) {
      this.options.log.error({ name: this.program.name, error }, 'program could not be started');
      return null;
    }
  }

  private async announceReady(started: Child, beganMs: number): Promise<void> {
    const { name, stopTimeoutMs } = this.program;
    const { log, terminal } = this.options;
    try {
      await this.program.untilReady(started, this.stopping.signal);
      const tookMs = Math.round(performance.now() - beganMs);
      log.info({ name, tookMs }, 'program is ready again');
      terminal.line(`${name} is ready again after ${(tookMs / 1_000).toFixed(1)} s`);
    } catch (error) {
      // When it ended, the loop above starts it again and says so.
      if (started.hasExited() || this.stopping.signal.aborted) return;
      terminal.warn(`${name}: ${toClusterError(error).message}`);
      await started.stop(stopTimeoutMs);
    }
  }

  private async stopInTime(child: Child): Promise<void> {
    const { name, stopTimeoutMs } = this.program;
    if (await child.stop(stopTimeoutMs)) return;
    this.options.terminal.warn(`${name} did not stop within ${stopTimeoutMs / 1_000} s and was killed`);
  }
}

/** @param said what a program said last that ended before it was ready; it tells more than that it did. */
function startError(program: Program, said: string, error: unknown): ClusterError {
  if (error instanceof ClusterError && error.code === 'SHUTTING_DOWN') return error;
  const reason = error instanceof ClusterError ? error.message : String(error);
  const text = `${program.name} did not start: ${said === '' ? reason : said}`;
  return new ClusterError('PREREQUISITE_MISSING', text, { cause: error });
}
