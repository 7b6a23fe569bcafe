import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { HoldLatency } from '@cluster-ai/platform/process/cpu-latency.ts';

const checkMs = 100;

/** 500 a second. Rarer requests would pay with the power of awake cores for a wait that is small beside their distance. */
const requestsMin = 50;

/** Checks with fewer requests until the cores may sleep again. */
const quietChecksMax = 10;

/**
 * Keeps the cores of the machine awake while requests follow closely. A request goes from the client to the gateway, to a
 * runner, and back: each of them sleeps until the one before has done its part, and to wake a core takes a virtual machine
 * longer than each part does. `BusyPoll` spares the gateway's own sleep, and this the others'.
 */
export class AwakeCores {
  private readonly hold: HoldLatency;
  private readonly log: Logger;
  private requests = 0;
  private quietChecks = 0;
  private timer: NodeJS.Timeout | null = null;
  private release: (() => void) | null = null;
  private hasFailed = false;

  constructor({ hold, log }: { readonly hold: HoldLatency; readonly log: Logger }) {
    this.hold = hold;
    this.log = log;
  }

  /** A request has come. */
  came(): void {
    this.requests += 1;
    if (this.timer === null && !this.hasFailed) this.timer = setInterval(() => this.check(), checkMs).unref();
  }

  /** Whether the cores are kept awake now. */
  get isHolding(): boolean {
    return this.release !== null;
  }

  private check(): void {
    const { requests } = this;
    this.requests = 0;
    if (requests >= requestsMin) {
      this.quietChecks = 0;
      if (this.release === null) this.begin();
      return;
    }
    this.quietChecks += 1;
    if (this.release !== null && this.quietChecks < quietChecksMax) return;
    this.release?.();
    this.release = null;
    if (requests === 0) this.stopChecks();
  }

  private begin(): void {
    try {
      this.release = this.hold();
    } catch (error) {
      // It could be opened when the gateway started: somebody took the right away.
      this.log.warn({ error }, 'cores can no longer be kept awake between requests: answers take longer');
      this.hasFailed = true;
      this.stopChecks();
    }
  }

  private stopChecks(): void {
    clearInterval(this.timer ?? undefined);
    this.timer = null;
    this.quietChecks = 0;
  }
}
