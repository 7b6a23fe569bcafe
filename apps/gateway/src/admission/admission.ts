import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { AwakeCores } from './awake-cores.ts';
import type { BusyPoll } from './busy-poll.ts';

export interface AdmissionLimits {
  /** Requests inside at once. */
  readonly inFlightMax: number;
  /** Bytes of their bodies together. */
  readonly bodyBytesInFlightMax: number;
}

/**
 * Bounds what is inside the gateway at once: requests before a body is read, so that one that is refused has cost a header,
 * and the bytes of their bodies as they arrive. Longer queues of single models are bounded by their batchers.
 */
export class Admission {
  inFlight = 0;
  /** Bytes of the bodies inside. */
  bodyBytes = 0;
  /** Requests that were refused, by what was full. */
  readonly refused = { requests: 0, body_bytes: 0 };
  private readonly limits: AdmissionLimits;
  private readonly poll: Pick<BusyPoll, 'event'> | null;
  private readonly cores: Pick<AwakeCores, 'came'> | null;
  private closing = false;

  /** @param poll hears of each request that comes and goes. @param cores of each that comes. */
  constructor(
    limits: AdmissionLimits,
    poll: Pick<BusyPoll, 'event'> | null = null,
    cores: Pick<AwakeCores, 'came'> | null = null,
  ) {
    this.limits = limits;
    this.poll = poll;
    this.cores = cores;
  }

  /** Takes a place; give it back with `leave`. @throws ClusterError OVERLOADED */
  enter(): void {
    const { inFlightMax } = this.limits;
    if (this.inFlight >= inFlightMax) {
      this.refused.requests += 1;
      throw full(`${inFlightMax} requests are inside`);
    }
    this.inFlight += 1;
    this.poll?.event(this.inFlight);
    this.cores?.came();
  }

  /**
   * Makes room for bytes of a body that have arrived. Announced bytes take none: a client could announce many and send
   * none, and keep the others out.
   * @throws ClusterError OVERLOADED; then these bytes have not been counted.
   */
  keep(bytes: number): void {
    const { bodyBytesInFlightMax } = this.limits;
    if (this.bodyBytes + bytes > bodyBytesInFlightMax) {
      this.refused.body_bytes += 1;
      throw full(`the bodies of requests inside may have ${bodyBytesInFlightMax} bytes together`);
    }
    this.bodyBytes += bytes;
  }

  /** @param bodyBytes what the request has kept of its body. */
  leave(bodyBytes: number): void {
    this.inFlight -= 1;
    this.poll?.event(this.inFlight);
    this.release(bodyBytes);
  }

  /** Gives back what `keep` took for a call that took no place. */
  release(bodyBytes: number): void {
    this.bodyBytes -= bodyBytes;
  }

  get stopping(): boolean {
    return this.closing;
  }

  /** Turns readiness red. Requests on open connections are still answered until the listener is closed. */
  stop(): void {
    this.closing = true;
  }
}

function full(why: string): ClusterError {
  return new ClusterError('OVERLOADED', `the gateway is full: ${why}`, { retryAfterSeconds: 1 });
}
