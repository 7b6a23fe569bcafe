import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often it looks, milliseconds. */
const everyMs = 10_000;

/** Less work than this since the last collection leaves too little behind to be worth another, milliseconds. */
const workMinMs = 200;

/** Busier than this, a share of the time between two looks, a pause would be felt. */
const busyMax = 0.1;

/** So much of the time since then has to be quiet too: a load that has just begun hides in a look of ten seconds. */
const recentMs = 500;

export interface MemoryKeeperParts {
  readonly utilization: () => EventLoopUtilization;
  readonly collect: () => void;
}

/**
 * Gives memory back to the system. V8 collects when it needs room, so a program that has read a few large bodies and then
 * has little to do would hold on to their memory for hours. Where the program has worked and is quiet now, a collection
 * (some 100 ms) is felt by nobody.
 */
export class MemoryKeeper {
  private readonly parts: MemoryKeeperParts;
  private timer: NodeJS.Timeout | undefined;
  private before: EventLoopUtilization;
  /** Of the event loop, at the last collection. */
  private workedMs: number;

  constructor(parts: MemoryKeeperParts = realParts()) {
    this.parts = parts;
    this.before = parts.utilization();
    this.workedMs = this.before.active;
  }

  start(): void {
    this.timer = setInterval(() => this.look(), everyMs);
    // It is no reason to live on.
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks once, and again shortly after when it seems quiet. */
  look(): void {
    const now = this.parts.utilization();
    const isQuiet = isQuietBetween(this.before, now) && now.active - this.workedMs >= workMinMs;
    this.before = now;
    if (isQuiet) setTimeout(() => this.collectIfQuietSince(now), recentMs).unref();
  }

  private collectIfQuietSince(start: EventLoopUtilization): void {
    const { utilization, collect } = this.parts;
    if (!isQuietBetween(start, utilization())) return;
    collect();
    // The collection itself is no work that leaves something behind.
    this.workedMs = utilization().active;
  }
}

function isQuietBetween(start: EventLoopUtilization, end: EventLoopUtilization): boolean {
  return performance.eventLoopUtilization(end, start).utilization <= busyMax;
}

function realParts(): MemoryKeeperParts {
  setFlagsFromString('--expose-gc');
  // The flag makes the function in contexts from now on; it is typed nowhere.
  const gc = runInNewContext('gc') as (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;
  // A regular one keeps the pages that it has emptied.
  const collect = (): void => gc({ type: 'major', flavor: 'last-resort' });
  return { utilization: () => performance.eventLoopUtilization(), collect };
}
