import { followEvents } from '@cluster-ai/contract/api/follow-events.ts';
import type { ServerEvent } from '@cluster-ai/contract/api/events.ts';
import type { FollowState } from '@cluster-ai/contract/api/follow-events.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { RunningPlane } from './fixture.ts';

interface Arrived {
  readonly event: ServerEvent;
  readonly atMs: number;
}

/** A page that listens: what came, and when. */
export class EventsClient {
  readonly arrived: Arrived[] = [];
  readonly states: FollowState[] = [];
  private readonly controller = new AbortController();
  private readonly following: Promise<void>;

  constructor(plane: RunningPlane, token?: string) {
    this.following = followEvents({
      baseUrl: plane.url,
      token,
      signal: this.controller.signal,
      onEvent: (event) => this.arrived.push({ event, atMs: performance.now() }),
      onState: (state) => this.states.push(state),
    });
  }

  /** Names of what changed, as `kind name`. */
  get changes(): string[] {
    return this.arrived.flatMap(({ event }) =>
      event.event === 'changed' ? [`${event.data.kind} ${event.data.name}`] : [],
    );
  }

  get overviews(): Overview[] {
    return this.arrived.flatMap(({ event }) => (event.event === 'overview' ? [event.data] : []));
  }

  get snapshotVersions(): number[] {
    return this.arrived.flatMap(({ event }) => (event.event === 'snapshot' ? [event.data.version] : []));
  }

  /** @returns after how many milliseconds it held. */
  async until(what: string, limitMs: number, holds: () => boolean): Promise<number> {
    const beganMs = performance.now();
    while (!holds()) {
      if (performance.now() - beganMs > limitMs) throw new Error(`${what}: not within ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return Math.round(performance.now() - beganMs);
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.following;
  }
}
