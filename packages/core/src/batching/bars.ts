/** Windows for which a value is barred the first time, and at most. */
const windowsFirst = 40;
const windowsMost = 1_280;
/** A load that has changed by so much is another one: what it did not bear may be borne now. */
const otherLoad = 2;

interface Bar {
  from: number;
  untilWindow: number;
  lastsWindows: number;
  rowsPerSecond: number;
}

/** Values that were tried and did no good, and are not tried again for a while: for longer each time. */
export class Bars<K> {
  private readonly bars = new Map<K, Bar>();
  private window = 0;

  /** One more window has passed, with this load. */
  next(rowsPerSecond: number): void {
    this.window += 1;
    for (const [key, bar] of this.bars) {
      const times = rowsPerSecond / Math.max(bar.rowsPerSecond, 1e-9);
      if (times > otherLoad || times < 1 / otherLoad) this.bars.delete(key);
    }
  }

  /** From this value on. @param rowsPerSecond the load under which it did no good. */
  add(key: K, from: number, rowsPerSecond: number): void {
    const before = this.bars.get(key);
    const lastsWindows = before === undefined ? windowsFirst : Math.min(windowsMost, before.lastsWindows * 2);
    this.bars.set(key, { from, untilWindow: this.window + lastsWindows, lastsWindows, rowsPerSecond });
  }

  has(key: K, value: number): boolean {
    const bar = this.bars.get(key);
    return bar !== undefined && value >= bar.from && this.window < bar.untilWindow;
  }
}
