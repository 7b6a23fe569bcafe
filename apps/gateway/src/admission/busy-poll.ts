import type { Clock } from '@cluster-ai/core/ports/clock.ts';

export interface BusyPollOptions {
  readonly clock: Clock;
  /** How long after the last event it is worth while to stay awake, milliseconds; 0 for never. */
  readonly windowMs: number;
  /** Runs something in the next turn of the event loop. */
  readonly nextTurn?: (run: () => void) => void;
}

/** With more requests inside, the next event is never far, and the cores have other work than waiting for it. */
const insideMax = 2;

/** A new gap counts for one in so many. */
const gapsRemembered = 8;

/** A longer gap counts as one of so many windows: a pause must not outweigh what follows it for long. */
const windowsMax = 4;

/**
 * Keeps the event loop turning instead of sleeping for a moment, while requests follow one another so closely that the next
 * one comes within that moment. To wake a sleeping core takes a virtual machine longer than a small model runs: a client
 * that waits for each answer before it asks again, and an answer on its way back from a runner, meet the gateway awake.
 * Where events are rarer it sleeps as ever.
 */
export class BusyPoll {
  private readonly clock: Clock;
  private readonly windowMs: number;
  private readonly nextTurn: (run: () => void) => void;
  private inside = 0;
  /** Null where more were inside than are waited for. */
  private lastEventAtMs: number | null = -Infinity;
  private meanGapMs: number;
  private isTurning = false;

  constructor({ clock, windowMs, nextTurn = setImmediate }: BusyPollOptions) {
    this.clock = clock;
    this.windowMs = windowMs;
    this.nextTurn = nextTurn;
    this.meanGapMs = windowsMax * windowMs;
  }

  /** A request has come, or was answered. @param inside requests that are inside now. */
  event(inside: number): void {
    if (this.windowMs === 0) return;
    this.inside = inside;
    if (inside > insideMax) {
      // Then the next one is not far, and no clock is needed to know it.
      this.lastEventAtMs = null;
      return;
    }
    const nowMs = this.clock.nowMs();
    const gapMs = Math.min(nowMs - (this.lastEventAtMs ?? nowMs), windowsMax * this.windowMs);
    this.lastEventAtMs = nowMs;
    this.meanGapMs += (gapMs - this.meanGapMs) / gapsRemembered;
    if (this.isTurning || !this.isWorthWhile(nowMs)) return;
    this.isTurning = true;
    this.nextTurn(this.turn);
  }

  private readonly turn = (): void => {
    if (this.isWorthWhile(this.clock.nowMs())) this.nextTurn(this.turn);
    else this.isTurning = false;
  };

  private isWorthWhile(nowMs: number): boolean {
    const { inside, lastEventAtMs, meanGapMs, windowMs } = this;
    return inside <= insideMax && meanGapMs <= windowMs && nowMs - (lastEventAtMs ?? nowMs) < windowMs;
  }
}
