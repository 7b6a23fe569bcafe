import {
  BatchChooser,
  type BatchChoice,
  type BatchingDecision,
  type ChoiceLimits,
  type ObjectiveStanding,
} from '@cluster-ai/core/batching/choose-batch-rules.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Batcher } from './batcher.ts';
import { WindowOfFigures } from './window-of-figures.ts';

/** Decisions that are kept to be shown. */
const decisionsMax = 20;
/** How often it is looked whether a window has ended, milliseconds. */
const lookEveryMs = 250;

interface KeptDecision extends BatchingDecision {
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** What the automatic mode does for a model version at this moment. Plain data. */
export interface AutomaticReport {
  readonly objectiveMs: number;
  readonly standing: ObjectiveStanding;
  /** Of the last window; null before the first. */
  readonly p99Ms: number | null;
  readonly choice: BatchChoice;
  /** What is not picked. */
  readonly fixed: ChoiceLimits['fixed'];
  /** The last ones, oldest first. */
  readonly decisions: readonly KeptDecision[];
}

export interface AutomaticBatchingOptions {
  /** `<name>@<version>`, for messages. */
  readonly model: string;
  readonly batcher: Pick<Batcher, 'figures' | 'rules' | 'adopt'>;
  readonly limits: ChoiceLimits;
  /** Brings the instances of the model to a number, and settles when they are ready. */
  readonly scale: (instances: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Measures what a model version serves, lets the policy pick its batches, delay and instances
 * (`core/batching/choose-batch-rules.ts`), and applies that. Everything is this gateway's alone.
 */
export class AutomaticBatching {
  private readonly options: AutomaticBatchingOptions;
  private readonly chooser: BatchChooser;
  private readonly given: BatchRules;
  private readonly window: WindowOfFigures;
  private readonly decisions: KeptDecision[] = [];
  private readonly timer: NodeJS.Timeout;
  private scaling = false;
  private stopped = false;

  constructor(options: AutomaticBatchingOptions) {
    const { batcher, limits, clock } = options;
    this.options = options;
    this.chooser = new BatchChooser(limits);
    this.given = batcher.rules;
    this.window = new WindowOfFigures(batcher.figures, clock.nowMs());
    this.adopt();
    this.timer = setInterval(() => this.look(), lookEveryMs).unref();
  }

  report(): AutomaticReport {
    const { choice, standing, p99Ms, limits } = this.chooser;
    return {
      objectiveMs: limits.objectiveMs,
      standing,
      p99Ms,
      choice,
      fixed: limits.fixed,
      decisions: [...this.decisions],
    };
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Judges what was served since it was last decided, if that is enough to judge. */
  look(): void {
    if (this.scaling || this.stopped) return;
    const window = this.window.take(this.options.clock.nowMs());
    if (window === null) return;
    const { instances } = this.chooser.choice;
    const decision = this.chooser.next(window);
    if (decision === null) return;
    this.keep(decision);
    this.adopt();
    const wanted = this.chooser.choice.instances;
    if (wanted !== instances) void this.scale(wanted);
  }

  private async scale(instances: number): Promise<void> {
    this.scaling = true;
    try {
      await this.options.scale(instances);
    } catch (thrown) {
      if (this.stopped) return;
      const error = toClusterError(thrown);
      this.options.log.warn(
        { model: this.options.model, code: error.code, error: error.cause ?? error.message },
        `the model could not be given ${instances} instances`,
      );
      const decision = this.chooser.couldNot(error.message);
      if (decision !== null) this.keep(decision);
    }
    this.scaling = false;
    // While a model loads, everything is slower: that is no evidence.
    this.window.restart(this.options.clock.nowMs());
  }

  private keep(decision: BatchingDecision): void {
    const { model, log, clock } = this.options;
    this.decisions.push({ ...decision, atMs: clock.wallMs() });
    if (this.decisions.length > decisionsMax) this.decisions.shift();
    log.info({ model, objectiveMs: this.chooser.limits.objectiveMs }, `${decision.chosen}: ${decision.because}`);
  }

  private adopt(): void {
    const { limits, choice } = this.chooser;
    const { rowsMax, delayMs } = choice;
    const preferredRows = limits.fixed.rows ? this.given.preferredRows : [rowsMax];
    this.options.batcher.adopt({ ...this.given, rowsMax, preferredRows, delayMs });
  }
}
