import type { Clock } from '@cluster-ai/core/ports/clock.ts';

/** A load keeps one core busy. Where it is one of so many, or of more, those who are served do not notice it. */
const coresEnough = 32;

/** A load waits for those before it no longer than this. */
const pauseMsMax = 5_000;

const checkMs = 100;

/**
 * How soon a load may follow another one while other models serve. On few cores loads that follow one another closely would
 * take a whole core from those who are served, for as long as somebody goes on loading: so there is a pause after each, as
 * long as it takes to keep their part of the machine at a thirty-second. The first one never waits.
 */
export class LoadPace {
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly pausePerMs: number;
  private nextAtMs = -Infinity;

  /** @param cores that this machine, or the limit of this process, has. */
  constructor(clock: Pick<Clock, 'nowMs'>, cores: number) {
    this.clock = clock;
    this.pausePerMs = Math.max(0, coresEnough / cores - 1);
  }

  /** How long a load that is wanted now has to wait, milliseconds. */
  get pauseMs(): number {
    return Math.max(0, this.nextAtMs - this.clock.nowMs());
  }

  /** Waits until a load may begin, or until `mustWait` says that it need not: looked at now and then. */
  async wait(mustWait: () => boolean): Promise<void> {
    while (this.pauseMs > 0 && mustWait()) {
      await new Promise((resolve) => void setTimeout(resolve, Math.min(checkMs, this.pauseMs)));
    }
  }

  /** @param tookMs how long a load that has just ended kept its thread busy. */
  ended(tookMs: number): void {
    const pauseMs = Math.min(pauseMsMax, tookMs * this.pausePerMs);
    this.nextAtMs = Math.max(this.nextAtMs, this.clock.nowMs() + pauseMs);
  }
}
