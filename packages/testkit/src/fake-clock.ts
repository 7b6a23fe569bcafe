import type { Clock } from '@cluster-ai/core/ports/clock.ts';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  private elapsedMs = 0;
  private readonly startedWallMs: number;

  /** @param startedWallMs milliseconds since 1970 at the beginning. */
  constructor(startedWallMs = 1_700_000_000_000) {
    this.startedWallMs = startedWallMs;
  }

  nowMs(): number {
    return this.elapsedMs;
  }

  wallMs(): number {
    return this.startedWallMs + this.elapsedMs;
  }

  advance(durationMs: number): void {
    this.elapsedMs += durationMs;
  }
}
