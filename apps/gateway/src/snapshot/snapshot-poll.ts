import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot, snapshotWaitMsMax } from '@cluster-ai/contract/api/fleet.ts';
import type { SignedSnapshot } from '@cluster-ai/contract/snapshot.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';

export interface SnapshotPollOptions {
  readonly controlUrl: string;
  readonly token: () => string | undefined;
  readonly log: Logger;
  /** What this gateway has; null before its first snapshot. */
  readonly present: () => { readonly epoch: string; readonly version: number } | null;
  readonly onSnapshot: (signed: SignedSnapshot) => Promise<void>;
}

/** First and longest wait after a failed poll: a revoked key must be refused within two seconds of reconnecting. */
const retryMsMin = 250;
const retryMsMax = 1_000;

/** Asks the control plane for snapshots, one long poll after another, and goes on whatever happens to it. */
export class SnapshotPoll {
  private readonly options: SnapshotPollOptions;
  private readonly abort = new AbortController();
  private ended: Promise<void> = Promise.resolve();
  private lastContactMs: number | null = null;
  private failing = false;

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
      try {
        await this.pollOnce();
        retryMs = retryMsMin;
      } catch (thrown) {
        if (this.abort.signal.aborted) return;
        this.sayFailed(thrown);
        await pause(retryMs, this.abort.signal);
        retryMs = Math.min(retryMs * 2, retryMsMax);
      }
    }
  }

  private async pollOnce(): Promise<void> {
    const { controlUrl, token, present, onSnapshot, log } = this.options;
    const known = present();
    // Until contact is made again the answer should come at once: a hung peer must not look like a quiet one.
    const waitMs = this.failing || this.lastContactMs === null ? 0 : snapshotWaitMsMax;
    const answer = await callEndpoint(
      { baseUrl: controlUrl, token: token(), timeoutMs: waitMs + 5_000 },
      pollSnapshot,
      { query: { epoch: known?.epoch ?? '', version: known?.version ?? -1, waitMs }, signal: this.abort.signal },
    );
    this.lastContactMs = performance.now();
    if (this.failing) log.info({ controlUrl }, 'the control plane answers again');
    this.failing = false;
    if (answer.snapshot !== null) await onSnapshot(answer.snapshot);
  }

  private sayFailed(thrown: unknown): void {
    if (this.failing) return;
    this.failing = true;
    const error = toClusterError(thrown);
    this.options.log.warn({ controlUrl: this.options.controlUrl, code: error.code, error: error.cause ?? error.message }, `no snapshot from the control plane: ${error.message}; serving from the last one`);
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
