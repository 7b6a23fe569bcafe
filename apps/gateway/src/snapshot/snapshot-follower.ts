import type { SignedSnapshot, Snapshot, UnloadedRoute } from '@cluster-ai/contract/snapshot.ts';
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

/** Wait before a snapshot that could not be stored is stored again. */
const storeAgainAfterMs = 2_000;

/** Takes snapshots from disk and from the control plane, and hands their parts to who needs them. */
export class SnapshotFollower {
  private readonly store: Pick<SnapshotStore, 'save' | 'load' | 'markGood'>;
  private readonly keys: KeyRing;
  private readonly tokens: Pick<PredictTokens, 'replace'>;
  private readonly deployment: Pick<Deployment, 'apply' | 'good'>;
  private readonly log: Logger;
  private snapshot: Snapshot | null = null;
  private good = false;
  /** The present snapshot, until it is stored. */
  private unstored: SignedSnapshot | null = null;
  private failedToStore = false;
  private storing: NodeJS.Timeout | undefined;
  private saves: Promise<void> = Promise.resolve();

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

  /** Names that an operator has unloaded. */
  get unloaded(): readonly UnloadedRoute[] {
    return this.snapshot?.unloaded ?? [];
  }

  /** Starts from what was stored: the control plane may be away for long. */
  async startFromDisk(): Promise<void> {
    const stored = await this.store.load();
    if (stored === null) return;
    this.log.info({ snapshotVersion: stored.snapshot.version, good: stored.good }, 'starting from the stored snapshot');
    this.apply(stored.snapshot);
  }

  /**
   * A snapshot that cannot be read is refused whole; the present one goes on serving. One that cannot be stored is
   * applied all the same: a key that was revoked must not go on because a disk is full. It is stored once that works.
   */
  async receive(signed: SignedSnapshot): Promise<void> {
    const snapshot = readSnapshot(signed);
    this.unstored = signed;
    clearTimeout(this.storing);
    await this.storeNow();
    this.log.info({ snapshotVersion: snapshot.version, routes: snapshot.routes.length }, 'applying a new snapshot');
    this.apply(snapshot);
  }

  /** One save after another: two at once would take the same name. */
  private storeNow(): Promise<void> {
    this.saves = this.saves.then(() => this.storeOnce());
    return this.saves;
  }

  private async storeOnce(): Promise<void> {
    const signed = this.unstored;
    if (signed === null) return;
    try {
      await this.store.save(signed);
      if (this.failedToStore) this.log.info({}, 'the present snapshot is stored');
      this.failedToStore = false;
      if (this.unstored === signed) this.unstored = null;
    } catch (error) {
      if (!this.failedToStore) {
        this.log.error(
          { error },
          'the present snapshot cannot be stored: a start without the control plane would begin with the one before it',
        );
      }
      this.failedToStore = true;
      this.storing = setTimeout(() => void this.storeAgain(), storeAgainAfterMs).unref();
    }
  }

  private async storeAgain(): Promise<void> {
    await this.storeNow();
    if (this.unstored === null && this.good) await this.markGood();
  }

  private async markGood(): Promise<void> {
    try {
      await this.store.markGood();
    } catch (thrown) {
      this.log.error({ error: thrown }, 'the snapshot could not be marked good on disk');
    }
  }

  /** To be called after every change of what serves. */
  async deploymentChanged(): Promise<void> {
    const good = this.deployment.good;
    if (good === this.good) return;
    this.good = good;
    // The one on disk is another one, as long as this one could not be stored.
    if (good && this.unstored === null) await this.markGood();
  }

  private apply(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.good = false;
    this.keys.replace(snapshot.keys);
    this.tokens.replace(snapshot.tokenIssuers);
    this.deployment.apply(snapshot);
  }
}
