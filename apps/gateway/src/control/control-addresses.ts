import type { Logger } from '@cluster-ai/platform/log/log.ts';

/**
 * The control planes that this gateway may speak to. All calls go to one of them as long as it answers; when a call to it
 * fails, all go to the next, in turn.
 */
export class ControlAddresses {
  private readonly urls: readonly [string, ...string[]];
  private readonly log: Logger;
  private index = 0;
  private moved = new AbortController();

  constructor(urls: readonly [string, ...string[]], log: Logger) {
    this.urls = urls;
    this.log = log;
  }

  get count(): number {
    return this.urls.length;
  }

  get present(): string {
    return this.urls[this.index] ?? this.urls[0];
  }

  /** Aborted when a call has failed: whoever waits for an answer of that control plane asks again. */
  get signal(): AbortSignal {
    return this.moved.signal;
  }

  /**
   * To be called when a call to `url` has failed. Does nothing when somebody else has noticed before. Where there is no
   * other one, whoever waits asks the same again: a poll on a connection that a firewall has forgotten would wait long
   * for an answer that has been there for others.
   */
  failed(url: string): void {
    if (url !== this.present) return;
    if (this.urls.length > 1) {
      this.index = (this.index + 1) % this.urls.length;
      this.log.info({ from: url, to: this.present }, 'another control plane is asked from now on');
    }
    const { moved } = this;
    this.moved = new AbortController();
    moved.abort(new Error(`a call to ${url} has failed; calls go to ${this.present} now`));
  }
}
