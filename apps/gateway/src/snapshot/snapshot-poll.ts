import { setTimeout as delay } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot, snapshotWaitMsMax } from '@cluster-ai/contract/api/fleet.ts';
import type { SignedSnapshot } from '@cluster-ai/contract/snapshot.ts';
import { toClusterError, type ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { ControlAddresses } from '../control/control-addresses.ts';

export interface SnapshotPollOptions {
  readonly control: ControlAddresses;
  readonly token: () => string | undefined;
  readonly log: Logger;
  /** What this gateway has; null before its first snapshot. */
  readonly present: () => { readonly epoch: string; readonly version: number } | null;
  readonly onSnapshot: (signed: SignedSnapshot) => Promise<void>;
}

/** First and longest wait after a failed poll: a revoked key must be refused within two seconds of reconnecting. */
const retryMsMin = 250;
const retryMsMax = 1_000;
/** An answer takes this long at most, beyond the time that it is asked to wait. */
const answerTimeoutMs = 5_000;
/** Shortest time from one poll to the next: a peer that answers at once, whatever it is asked, must not keep a core busy. */
const pollEveryMsMin = 100;

/** Asks the control plane for snapshots, one long poll after another, and goes on whatever happens to it. */
export class SnapshotPoll {
  private readonly options: SnapshotPollOptions;
  private readonly abort = new AbortController();
  private ended: Promise<void> = Promise.resolve();
  private lastContactMs: number | null = null;
  /** What the last poll failed with; null after one that went well. */
  private failure: string | null = null;

  constructor(options: SnapshotPollOptions) {
    this.options = options;
  }

  start(): void {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  /** Seconds since the control plane last answered; null before the first time. */
  get stalenessSeconds(): number | null {
    return this.lastContactMs === null ? null : (performance.now() - this.lastContactMs) / 1_000;
  }

  private async run(): Promise<void> {
    let retryMs = retryMsMin;
    while (!this.abort.signal.aborted) {
      const startedAtMs = performance.now();
      try {
        await this.pollOnce();
        retryMs = retryMsMin;
        await this.pause(pollEveryMsMin - (performance.now() - startedAtMs));
      } catch (thrown) {
        if (this.abort.signal.aborted) return;
        this.sayFailed(toClusterError(thrown));
        await this.pause(retryMs);
        retryMs = Math.min(retryMs * 2, retryMsMax);
      }
    }
  }

  /** Ends early when the poll is stopped. */
  private async pause(durationMs: number): Promise<void> {
    if (durationMs > 0) await delay(durationMs, undefined, { signal: this.abort.signal }).catch(() => undefined);
  }

  private async pollOnce(): Promise<void> {
    const { control, present, onSnapshot, log } = this.options;
    const known = present();
    const url = control.present;
    // Until contact is made again the answer should come at once: a hung peer must not look like a quiet one.
    const waitMs = this.failure !== null || this.lastContactMs === null ? 0 : snapshotWaitMsMax;
    const answer = await this.call(url, { epoch: known?.epoch ?? '', version: known?.version ?? -1, waitMs });
    this.lastContactMs = performance.now();
    if (answer.snapshot !== null) await onSnapshot(answer.snapshot);
    if (this.failure !== null) log.info({ controlUrl: url }, 'the control plane answers again');
    this.failure = null;
  }

  private async call(url: string, query: { epoch: string; version: number; waitMs: number }) {
    const { control, token } = this.options;
    const client = { baseUrl: url, token: token(), timeoutMs: query.waitMs + answerTimeoutMs };
    const signal = AbortSignal.any([this.abort.signal, control.signal]);
    try {
      return await callEndpoint(client, pollSnapshot, { query, signal });
    } catch (error) {
      control.failed(url);
      throw error;
    }
  }

  private sayFailed({ code, message, cause }: ClusterError): void {
    if (this.failure === message) return;
    this.failure = message;
    const fields = { code, error: cause ?? message };
    this.options.log.warn(fields, `no snapshot from the control plane: ${message}; serving from the last one`);
  }
}
