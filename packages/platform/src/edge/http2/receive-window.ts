/**
 * How much the other end may still send (RFC 9113, section 5.2): its bytes are taken from the window when they arrive and
 * given back when whoever asked for them has them. What was given back is told once it is half of the window.
 */
export class ReceiveWindow {
  private readonly bytesMax: number;
  private left: number;
  private untold = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.left = bytesMax;
  }

  /** @returns false when the other end has sent more than it may. */
  take(bytes: number): boolean {
    this.left -= bytes;
    return this.left >= 0;
  }

  /** @returns what is to be told in a WINDOW_UPDATE now; mostly nothing. */
  giveBack(bytes: number): number {
    this.untold += bytes;
    if (this.untold < this.bytesMax / 2) return 0;
    const told = this.untold;
    this.left += told;
    this.untold = 0;
    return told;
  }
}
