import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often it looks, milliseconds. */
const everyMs = 10_000;

/** Growth since the last collection that is worth one. */
const growthMin = 0.08;

/** Busier than this, a share of the time between two looks, a pause would be felt. */
const busyMax = 0.1;

export interface MemoryKeeperParts {
  readonly rssBytes: () => number;
  readonly utilization: () => EventLoopUtilization;
  readonly collect: () => void;
}

/**
 * Gives memory back to the system. V8 collects when it needs room, so a program that has read a few large bodies and then
 * has little to do would hold on to their memory for hours. Where the program is quiet, a collection (some 30 ms) is felt
 * by nobody.
 */
export class MemoryKeeper {
  private readonly parts: MemoryKeeperParts;
  private timer: NodeJS.Timeout | undefined;
  /** Resident memory after the last collection, bytes; null before the first. */
  private keptBytes: number | null = null;
  private before: EventLoopUtilization;

  constructor(parts: MemoryKeeperParts = realParts()) {
    this.parts = parts;
    this.before = parts.utilization();
  }

  start(): void {
    this.timer = setInterval(() => this.look(), everyMs);
    // It is no reason to live on.
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks once. */
  look(): void {
    const { rssBytes, utilization, collect } = this.parts;
    const now = utilization();
    const busy = performance.eventLoopUtilization(now, this.before).utilization;
    this.before = now;
    const isWorthIt = this.keptBytes === null || rssBytes() > (1 + growthMin) * this.keptBytes;
    if (busy > busyMax || !isWorthIt) return;
    collect();
    this.keptBytes = rssBytes();
  }
}

function realParts(): MemoryKeeperParts {
  setFlagsFromString('--expose-gc');
  // The flag makes the function in contexts from now on; it is typed nowhere.
  const collect = runInNewContext('gc') as () => void;
  return { rssBytes: () => process.memoryUsage.rss(), utilization: () => performance.eventLoopUtilization(), collect };
}
