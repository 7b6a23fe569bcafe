/** Lines of one kind that may be written in a second. An overloaded gateway must not spend its time on saying so. */
const linesPerSecondMax = 50;

/** Bounds how many log lines a flood of equal events may write, and counts those that are left out. */
export class LineLimit {
  private secondBeganAtMs = -Infinity;
  private written = 0;
  private leftOut = 0;

  /** @returns null when the line must be left out; otherwise how many were since the last one that was written. */
  take(nowMs: number): number | null {
    if (nowMs - this.secondBeganAtMs >= 1_000) {
      this.secondBeganAtMs = nowMs;
      this.written = 0;
    }
    if (this.written >= linesPerSecondMax) {
      this.leftOut += 1;
      return null;
    }
    this.written += 1;
    const before = this.leftOut;
    this.leftOut = 0;
    return before;
  }
}
