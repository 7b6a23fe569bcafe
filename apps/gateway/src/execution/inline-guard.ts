import { readFileSync, rmSync } from 'node:fs';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';

export interface InlineGuardOptions {
  readonly file: string;
  /** Starts within this time count, milliseconds. */
  readonly windowMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Ends of a gateway, with models inside it, that it did not choose; then they are kept out. */
const endsMax = 3;

/**
 * Keeps models out of a gateway that does not live with them. A model that crashes inside it leaves nobody to say which
 * one it was, so what is counted on disk is the gateway's own starts: each that did not come to an orderly end.
 */
export class InlineGuard {
  private readonly options: InlineGuardOptions;
  /** Of the starts that did not end in order, without this one. */
  private readonly lostAtMs: readonly number[];
  private entering: Promise<void> | null = null;

  constructor(options: InlineGuardOptions) {
    this.options = options;
    const sinceMs = options.clock.wallMs() - options.windowMs;
    this.lostAtMs = read(options).filter((atMs) => atMs > sinceMs);
  }

  /** Why no model may run inside the gateway; null when they may. */
  refusal(): string | null {
    const { length } = this.lostAtMs;
    if (length < endsMax) return null;
    const minutes = Math.round(this.options.windowMs / 60_000);
    return `the gateway ended ${length} times within ${minutes} minutes with models inside it`;
  }

  /** To be called, and waited for, before the first model comes in. @throws Error when it cannot be written down. */
  enter(): Promise<void> {
    const { file, clock } = this.options;
    this.entering ??= writeFileAtomic(file, JSON.stringify([...this.lostAtMs, clock.wallMs()]));
    return this.entering;
  }

  /** The gateway ends because it was asked to. */
  leave(): void {
    if (this.entering === null) return;
    rmSync(this.options.file, { force: true });
  }
}

function read({ file, log }: InlineGuardOptions): number[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  try {
    const starts: unknown = JSON.parse(text);
    if (Array.isArray(starts) && starts.every((atMs) => typeof atMs === 'number')) return starts;
    throw new TypeError('it is not a list of times');
  } catch (error) {
    log.error({ error, file }, 'the list of starts with models inside the gateway cannot be read, and begins anew');
    return [];
  }
}
