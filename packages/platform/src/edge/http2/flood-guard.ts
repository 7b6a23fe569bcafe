import { Http2ConnectionError } from './http2-error.ts';

/** Frames that bring nothing forward may come so often a second, and so many more at once. */
const refillPerSecond = 100;
const burst = 1_000;

/**
 * Bounds what a client can make this end do for nothing: PING, SETTINGS, PRIORITY, empty or unknown frames, windows that are
 * opened byte by byte, streams that are opened and reset. Work that is done earns as much as an honest client needs for it.
 */
export class FloodGuard {
  private readonly nowMs: () => number;
  private readonly max: number;
  private left: number;
  private refilledAtMs: number;

  /** @param streamsMax streams that a client may rightly give up all at once. */
  constructor(streamsMax: number, nowMs: () => number) {
    this.nowMs = nowMs;
    this.max = burst + streamsMax;
    this.left = this.max;
    this.refilledAtMs = nowMs();
  }

  earn(frames: number): void {
    if (this.left < this.max) this.left += frames;
  }

  /** @throws Http2ConnectionError ENHANCE_YOUR_CALM for one frame too many. */
  spend(): void {
    this.left -= 1;
    if (this.left >= 0) return;
    const nowMs = this.nowMs();
    this.left = Math.min(this.max, Math.floor(((nowMs - this.refilledAtMs) / 1_000) * refillPerSecond)) - 1;
    if (this.left < 0) throw new Http2ConnectionError('ENHANCE_YOUR_CALM', 'too many frames that bring nothing');
    this.refilledAtMs = nowMs;
  }
}
