import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '../log/log.ts';
import { onParentEnd } from './parent-pipe.ts';

/** One step of starting and stopping a program. Phases start in the order in which they were added, and stop in reverse. */
export interface Phase {
  readonly name: string;
  /** Why the phase stands at this place in the list. */
  readonly why: string;
  /** @param signal aborts when a stop is asked for meanwhile, so that waiting can end early. */
  start?(signal: AbortSignal): Promise<void> | void;
  stop?(reason: string): Promise<void> | void;
  /** `stop` is given up after this time and the next phase is stopped. */
  readonly stopTimeoutMs: number;
}

export interface StopRequest {
  readonly reason: string;
  /** 0 for an ordered stop that somebody asked for, 1 when the program cannot go on. */
  readonly exitCode: number;
  /** The process ends after this time, whatever is still running. */
  readonly limitMs?: number;
}

export interface Lifecycle {
  add(phase: Phase): void;
  /**
   * Starts every phase. When one fails, those that were started are stopped and the error is thrown on.
   * @throws ClusterError SHUTTING_DOWN when a stop was asked for meanwhile.
   */
  start(): Promise<void>;
  /** Stops what was started, in reverse order; a second call joins the first. @returns true when every phase ended well and in time. */
  stop(reason: string): Promise<boolean>;
  /** Asks `runUntilSignal` to stop, as a signal would. */
  requestStop(request: StopRequest): void;
  /**
   * Starts, waits for SIGTERM, SIGINT, SIGHUP or `requestStop`, stops in order and ends the process: code 0 after an ordered
   * stop, 1 when starting or stopping failed. A second signal ends the process at once with code 1. An exception or
   * rejection that nobody handled is logged and ends it with code 1: the state is unknown then.
   */
  runUntilSignal(): Promise<void>;
  /**
   * For child processes whose stdin is a pipe from their parent: its end means that the parent is gone, so the program
   * stops in order within `limitMs` (default 5,000). Does nothing when stdin is no pipe, so the program runs by hand too.
   */
  stopWhenParentEnds(limitMs?: number): void;
}

export interface LifecycleOptions {
  readonly log: Logger;
  /** Shows a start that failed and returns the exit code; default: an error line in the log, and 1. */
  readonly onStartFailed?: (error: unknown) => number;
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { log } = options;
  const phases: Phase[] = [];
  const started: Phase[] = [];
  let starting: Promise<void> | null = null;
  let stopping: Promise<boolean> | null = null;
  const abort = new AbortController();
  let askToStop: (request: StopRequest) => void = () => undefined;
  const stopAsked = new Promise<StopRequest>((resolve) => {
    askToStop = resolve;
  });

  async function startPhases(): Promise<void> {
    for (const phase of phases) {
      if (stopping !== null) throw new ClusterError('SHUTTING_DOWN', `stopped before ${phase.name} was started`);
      const beganMs = performance.now();
      await phase.start?.(abort.signal);
      started.push(phase);
      log.debug({ phase: phase.name, why: phase.why, durationMs: since(beganMs) }, 'phase started');
    }
  }

  async function stopPhases(reason: string): Promise<boolean> {
    // A phase that is being started must come to rest first: it cannot be stopped half-way.
    await starting?.catch(() => undefined);
    let clean = true;
    for (let phase = started.pop(); phase !== undefined; phase = started.pop()) {
      clean = (await stopPhase(phase, reason, log)) && clean;
    }
    return clean;
  }

  function stop(reason: string): Promise<boolean> {
    abort.abort();
    stopping ??= stopPhases(reason);
    return stopping;
  }

  async function start(): Promise<void> {
    starting = startPhases();
    try {
      await starting;
    } catch (error) {
      await stop('start failed');
      throw error;
    }
  }

  async function runUntilSignal(): Promise<void> {
    exitOnDefect(log);
    exitOnSecondSignal(askToStop, log);
    const ready = start().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    // A signal may arrive while phases are being started.
    const first = await Promise.race([ready, stopAsked]);
    if (first !== null && 'error' in first) {
      if (options.onStartFailed !== undefined) process.exit(options.onStartFailed(first.error));
      log.error({ error: first.error }, 'start failed');
      process.exit(1);
    }
    const request = first ?? (await stopAsked);
    log.info({ reason: request.reason }, 'stopping');
    if (request.limitMs !== undefined) exitAfter(request.limitMs, log);
    const clean = await stop(request.reason);
    log.info({ reason: request.reason, clean }, 'stopped');
    process.exit(clean ? request.exitCode : 1);
  }

  return {
    add: (phase) => void phases.push(phase),
    start,
    stop,
    requestStop: askToStop,
    runUntilSignal,
    stopWhenParentEnds: (limitMs = 5_000) =>
      onParentEnd(() => askToStop({ reason: 'the parent process ended', exitCode: 1, limitMs })),
  };
}

async function stopPhase(phase: Phase, reason: string, log: Logger): Promise<boolean> {
  const beganMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), phase.stopTimeoutMs);
  });
  try {
    const outcome = await Promise.race([Promise.resolve(phase.stop?.(reason)), timeout]);
    if (outcome === 'timeout') {
      log.error({ phase: phase.name, timeoutMs: phase.stopTimeoutMs }, 'phase did not stop in time');
      return false;
    }
    log.debug({ phase: phase.name, durationMs: since(beganMs) }, 'phase stopped');
    return true;
  } catch (error) {
    log.error({ phase: phase.name, error }, 'phase failed to stop');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function exitOnDefect(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.error({ error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'unhandled rejection');
    process.exit(1);
  });
}

function exitOnSecondSignal(askToStop: (request: StopRequest) => void, log: Logger): void {
  let signals = 0;
  const receive = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) {
      log.warn({ signal }, 'second signal: ending at once');
      process.exit(1);
    }
    askToStop({ reason: signal, exitCode: 0 });
  };
  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);
  // A terminal that was closed: nobody is left to press Ctrl-C.
  process.on('SIGHUP', receive);
}

function exitAfter(limitMs: number, log: Logger): void {
  setTimeout(() => {
    log.error({ limitMs }, 'did not stop in time: ending at once');
    process.exit(1);
  }, limitMs).unref();
}

function since(beganMs: number): number {
  return Math.round(performance.now() - beganMs);
}
