import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * Bounds what is inside the gateway at once, before a body is read: a request that is refused here has cost a header.
 * Longer queues of single models are bounded by their batchers.
 */
export class Admission {
  private readonly inFlightMax: number;
  private closing = false;
  inFlight = 0;

  constructor(inFlightMax: number) {
    this.inFlightMax = inFlightMax;
  }

  /** Takes a place; give it back with `leave`. @throws ClusterError OVERLOADED */
  enter(): void {
    if (this.inFlight >= this.inFlightMax) {
      throw new ClusterError('OVERLOADED', `the gateway is full: ${this.inFlightMax} requests are inside`, {
        retryAfterSeconds: 1,
      });
    }
    this.inFlight += 1;
  }

  leave(): void {
    this.inFlight -= 1;
  }

  get stopping(): boolean {
    return this.closing;
  }

  /** Turns readiness red. Requests on open connections are still answered until the listener is closed. */
  stop(): void {
    this.closing = true;
  }
}
