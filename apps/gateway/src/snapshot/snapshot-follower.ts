import type { SignedSnapshot, Snapshot } from '@cluster-ai/contract/snapshot.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { PredictTokens } from '../auth/predict-tokens.ts';
import type { Deployment } from '../models/deployment.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** Which snapshot this gateway answers from. `good` once all of it serves. */
export interface AppliedSnapshot {
  readonly epoch: string;
  readonly version: number;
  readonly good: boolean;
}

/** Takes snapshots from disk and from the control plane, and hands their parts to who needs them. */
export class SnapshotFollower {
  private readonly store: Pick<SnapshotStore, 'save' | 'load' | 'markGood'>;
  private readonly keys: KeyRing;
  private readonly tokens: Pick<PredictTokens, 'replace'>;
  private readonly deployment: Pick<Deployment, 'apply' | 'good'>;
  private readonly log: Logger;
  private snapshot: Snapshot | null = null;
  private good = false;

  constructor(parts: {
    readonly store: Pick<SnapshotStore, 'save' | 'load' | 'markGood'>;
    readonly keys: KeyRing;
    readonly tokens: Pick<PredictTokens, 'replace'>;
    readonly deployment: Pick<Deployment, 'apply' | 'good'>;
    readonly log: Logger;
  }) {
    this.store = parts.store;
    this.keys = parts.keys;
    this.tokens = parts.tokens;
    this.deployment = parts.deployment;
    this.log = parts.log;
  }

  get applied(): AppliedSnapshot | null {
    return this.snapshot === null
      ? null
      : { epoch: this.snapshot.epoch, version: this.snapshot.version, good: this.good };
  }

  /** Starts from what was stored: the control plane may be away for long. */
  async startFromDisk(): Promise<void> {
    const stored = await this.store.load();
    if (stored === null) return;
    this.log.info({ snapshotVersion: stored.snapshot.version, good: stored.good }, 'starting from the stored snapshot');
    this.apply(stored.snapshot);
  }

  /** A snapshot that cannot be read or stored is refused whole; the present one goes on serving. */
  async receive(signed: SignedSnapshot): Promise<void> {
    const snapshot = readSnapshot(signed);
    await this.store.save(signed);
    this.log.info({ snapshotVersion: snapshot.version, routes: snapshot.routes.length }, 'applying a new snapshot');
    this.apply(snapshot);
  }

  /** To be called after every change of what serves. */
  async deploymentChanged(): Promise<void> {
    const good = this.deployment.good;
    if (good === this.good) return;
    this.good = good;
    if (!good) return;
    try {
      await this.store.markGood();
    } catch (thrown) {
      this.log.error({ error: thrown }, 'the snapshot could not be marked good on disk');
    }
  }

  private apply(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.good = false;
    this.keys.replace(snapshot.keys);
    this.tokens.replace(snapshot.tokenIssuers);
    this.deployment.apply(snapshot);
  }
}
