import { readFileSync } from 'node:fs';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';

interface Entry {
  /** What was loaded: version, content and how often an operator has reset it. */
  readonly modelId: string;
  readonly strikesAtMs: readonly number[];
  /** Why it is out of service; null while it is not. */
  readonly outOfService: string | null;
}

export interface StrikeRule {
  /** Strikes within the window that take a model out of service. */
  readonly crashesMax: number;
  readonly crashWindowMs: number;
}

export interface StrikeLedgerOptions {
  readonly file: string;
  readonly rule: StrikeRule;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Which models have brought runners down. Kept on disk: a gateway that is started again must not let the same model
 * begin anew.
 */
export class StrikeLedger {
  private readonly options: StrikeLedgerOptions;
  private readonly entries: Map<string, Entry>;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: StrikeLedgerOptions) {
    this.options = options;
    this.entries = new Map(read(options).map((entry) => [entry.modelId, entry]));
  }

  /** Strikes that still count. */
  strikes(modelId: string): number {
    return this.present(modelId).length;
  }

  /** Why the model is out of service; null when it is not. */
  outOfService(modelId: string): string | null {
    return this.entries.get(modelId)?.outOfService ?? null;
  }

  /** Counts one more. @returns true when the model has used up what it may. */
  add(modelId: string): boolean {
    const strikesAtMs = [...this.present(modelId), this.options.clock.wallMs()];
    this.entries.set(modelId, { modelId, strikesAtMs, outOfService: this.outOfService(modelId) });
    this.write();
    return strikesAtMs.length >= this.options.rule.crashesMax;
  }

  takeOut(modelId: string, reason: string): void {
    this.entries.set(modelId, { modelId, strikesAtMs: this.present(modelId), outOfService: reason });
    this.write();
  }

  /** Forgets the models that are not wanted any more: who deploys one again means it. */
  keepOnly(modelIds: ReadonlySet<string>): void {
    const gone = [...this.entries.keys()].filter((modelId) => !modelIds.has(modelId));
    for (const modelId of gone) this.entries.delete(modelId);
    if (gone.length > 0) this.write();
  }

  /** Resolves when all is on disk. */
  written(): Promise<void> {
    return this.writing;
  }

  private present(modelId: string): number[] {
    const sinceMs = this.options.clock.wallMs() - this.options.rule.crashWindowMs;
    return this.entries.get(modelId)?.strikesAtMs.filter((atMs) => atMs > sinceMs) ?? [];
  }

  private write(): void {
    const { file, log } = this.options;
    const text = JSON.stringify([...this.entries.values()]);
    this.writing = this.writing
      .then(() => writeFileAtomic(file, text))
      .catch((error: unknown) =>
        log.error({ error }, 'which models brought runners down could not be written to disk'),
      );
  }
}

function read({ file, log }: StrikeLedgerOptions): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  try {
    const entries: unknown = JSON.parse(text);
    if (Array.isArray(entries) && entries.every(isEntry)) return entries;
    throw new TypeError('it is not a list of models');
  } catch (error) {
    // Without it a gateway serves what it is told to, as a new one would.
    log.error({ error, file }, 'the list of models that brought runners down cannot be read, and begins anew');
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  if (!('modelId' in value) || !('strikesAtMs' in value) || !('outOfService' in value)) return false;
  const { modelId, strikesAtMs, outOfService } = value;
  return (
    typeof modelId === 'string' &&
    Array.isArray(strikesAtMs) &&
    strikesAtMs.every((atMs) => typeof atMs === 'number') &&
    (outOfService === null || typeof outOfService === 'string')
  );
}
