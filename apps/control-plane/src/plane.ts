import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import type { LoadedSetting } from '@cluster-ai/platform/config/load-config.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { CertificateFiles } from '@cluster-ai/platform/tls/certificate-files.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { Store } from './database/change.ts';
import type { EventHub } from './features/events/index.ts';
import type { LiveSettings } from './features/settings/index.ts';
import type { OidcProvider } from './features/oidc/index.ts';
import type { SnapshotFeed } from './features/snapshots/index.ts';
import type { AccessRule } from './http/access.ts';
import type { Hosts } from './http/hosts.ts';
import type { Tokens } from './http/tokens.ts';
import type { Identity } from './identity/identity.ts';
import type { Metrics } from './metrics.ts';
import type { FileStore } from './storage/file-store.ts';
import type { UploadFiles } from './storage/upload-files.ts';

/** What every feature is given: the parts of one control plane. */
export interface Plane {
  readonly config: ControlPlaneConfig;
  /** What the program was started with, and where each value comes from. */
  readonly startSettings: readonly LoadedSetting[];
  /** What can be changed while everything runs. */
  readonly settings: LiveSettings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly store: Store;
  /** Of this control plane's data folder: the same after a restart. */
  readonly instanceId: string;
  readonly files: FileStore;
  readonly uploadFiles: UploadFiles;
  readonly feed: SnapshotFeed;
  /** Tells open pages what has changed. */
  readonly events: EventHub;
  readonly tokens: Tokens;
  /** Who calls, and whether they may. */
  readonly access: AccessRule;
  /** Where sessions and counts are kept; null unless `redis.url` is set. */
  readonly redis: Redis | null;
  /** The identity provider; null when none is configured. */
  readonly oidc: OidcProvider | null;
  /** What signing in is made of. */
  readonly identity: Identity;
  /** What the front door shows over TLS; null when it speaks plain text. */
  readonly certificate: CertificateFiles | null;
  /** The names and origins under which the front door is known, and where absolute links begin. */
  readonly hosts: Hosts;
  /** What the sources of models complain about, one sentence a folder or address; shown in the overview. */
  readonly sourceProblems: Map<string, string>;
  /** True from the moment at which the process was asked to stop. */
  draining(): boolean;
  /** True once the database was migrated and what a new installation begins with is in it. */
  prepared(): boolean;
  /** The last report of each gateway that this process has received: what is known when the database is away. */
  readonly reports: Map<string, { readonly report: GatewayReport; readonly seenAtMs: number }>;
  readonly metrics: Metrics;
  readonly startedAtMs: number;
}
