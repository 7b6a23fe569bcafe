import type { Clock } from '@cluster-ai/core/ports/clock.ts';

/** Timers of Node count whole milliseconds: what is nearer is waited for by turning the event loop. */
const timerGrainMs = 1;

/**
 * Calls back at a time, once. A time that is less than a millisecond away is kept to some microseconds, by looking at the
 * clock in every turn of the event loop, which costs that much of a core and no request anything; a later one is kept by a
 * timer, which may be a millisecond late.
 */
export class WakeUp {
  private readonly clock: Clock;
  private readonly callBack: () => void;
  private atMs = Infinity;
  private timer: NodeJS.Timeout | null = null;
  private turning = false;

  constructor(clock: Clock, callBack: () => void) {
    this.clock = clock;
    this.callBack = callBack;
  }

  /** Replaces the time before. */
  at(timeMs: number): void {
    if (timeMs === this.atMs) return;
    this.cancel();
    this.atMs = timeMs;
    const leftMs = timeMs - this.clock.nowMs();
    if (leftMs < timerGrainMs) this.turn();
    else this.timer = setTimeout(this.ring, Math.ceil(leftMs));
  }

  cancel(): void {
    this.atMs = Infinity;
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
  }

  private turn(): void {
    if (this.turning) return;
    this.turning = true;
    setImmediate(this.look);
  }

  private readonly look = (): void => {
    this.turning = false;
    // It was cancelled, or put off to where a timer keeps it.
    if (this.atMs === Infinity || this.timer !== null) return;
    if (this.clock.nowMs() < this.atMs) this.turn();
    else this.ring();
  };

  private readonly ring = (): void => {
    this.timer = null;
    this.atMs = Infinity;
    this.callBack();
  };
}
