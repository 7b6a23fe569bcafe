import type { GatewayCounters } from '../figures/read-page.ts';
import type { Release } from '../release-manifest.ts';

/** Which gateways: those of the release that serves, or those of the one that is being tried. */
export type Track = 'stable' | 'canary';

/** A place that releases are brought to: a compose project or a namespace of Kubernetes. */
export interface ReleaseTarget {
  /** As records and messages name it. */
  readonly name: string;
  /** Runs the release in place of whatever runs, and resolves when it is healthy by its own checks. */
  deploy(release: Release): Promise<void>;
  /** Starts gateways of the release beside those that serve, without traffic, and resolves when they are ready. */
  startCanary(release: Release): Promise<void>;
  /** Sends this share of the requests, in percent, to the canary's gateways; takes effect before it resolves. */
  shift(percent: number): Promise<void>;
  /** The counters of each gateway of a track, now. One that does not answer is left out: the gate asks who is gone. */
  counters(track: Track): Promise<readonly GatewayCounters[]>;
  /** The canary serves everything: the release becomes the stable one everywhere, and the canary ends. */
  adopt(release: Release): Promise<void>;
  /** All traffic back to the stable gateways, and the canary's gateways end. Does no harm without a canary. */
  abandonCanary(): Promise<void>;
}
