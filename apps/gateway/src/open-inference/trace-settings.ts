import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { TraceSettingChange } from '@cluster-ai/protocols/open-inference/settings.ts';

/** What is traced: nothing, or when a request passed each stage. Tensors never: their values are the clients'. */
type TraceLevel = 'OFF' | 'TIMESTAMPS';

export interface TraceSetting {
  readonly level: TraceLevel;
  /** Every n-th request is traced. */
  readonly rate: number;
  /** Requests still to be traced; -1 is no end. */
  readonly count: number;
}

const atStart: TraceSetting = { level: 'OFF', rate: 1_000, count: -1 };

/** Models with settings of their own at most: names are checked before, so it is what one gateway serves. */
const modelsMax = 10_000;

interface ModelTrace {
  own: TraceSettingChange;
  /** Requests since the last one that was traced. */
  since: number;
}

/**
 * The trace extension of the Open Inference Protocol. Traces are lines of the log. Settings are this gateway's own and end
 * with it, as in Triton.
 */
export class TraceSettings {
  private global: TraceSetting = atStart;
  private readonly models = new Map<string, ModelTrace>();
  /** Nothing is traced anywhere: the common case costs one look. */
  private active = false;
  private sinceGlobal = 0;

  /** @param model null for those of all models. */
  get(model: string | null): TraceSetting {
    const own = model === null ? undefined : this.models.get(model)?.own;
    return {
      level: own?.level ?? this.global.level,
      rate: own?.rate ?? this.global.rate,
      count: own?.count ?? this.global.count,
    };
  }

  /**
   * Null brings back the setting of all models, or for all models the one of the start.
   * @throws ClusterError INVALID_ARGUMENT for more models than are served.
   */
  change(model: string | null, change: TraceSettingChange): TraceSetting {
    if (model === null) this.global = merged(this.global, change, atStart);
    else this.changeModel(model, change);
    const levels = [this.global.level, ...[...this.models.values()].map(({ own }) => own.level)];
    this.active = levels.includes('TIMESTAMPS');
    return this.get(model);
  }

  /** Counts a request. @returns whether it is one to be traced. */
  takes(model: string): boolean {
    if (!this.active) return false;
    const { level, rate, count } = this.get(model);
    if (level === 'OFF' || count === 0) return false;
    const entry = this.models.get(model);
    const since = (entry === undefined ? this.sinceGlobal : entry.since) + 1;
    const traced = since >= rate;
    if (entry === undefined) this.sinceGlobal = traced ? 0 : since;
    else entry.since = traced ? 0 : since;
    if (traced && count > 0) this.countDown(entry);
    return traced;
  }

  private countDown(entry: ModelTrace | undefined): void {
    if (typeof entry?.own.count === 'number') entry.own = { ...entry.own, count: entry.own.count - 1 };
    else this.global = { ...this.global, count: this.global.count - 1 };
  }

  private changeModel(model: string, change: TraceSettingChange): void {
    const before = this.models.get(model);
    if (before === undefined && this.models.size >= modelsMax) {
      throw new ClusterError('INVALID_ARGUMENT', `${modelsMax} models have trace settings of their own already`);
    }
    const own = { ...before?.own, ...change };
    if (Object.values(own).every((value) => value === null)) this.models.delete(model);
    else this.models.set(model, { own, since: before?.since ?? 0 });
  }
}

function merged(present: TraceSetting, change: TraceSettingChange, fallback: TraceSetting): TraceSetting {
  const pick = <V>(given: V | null | undefined, now: V, first: V): V =>
    given === undefined ? now : given === null ? first : given;
  return {
    level: pick(change.level, present.level, fallback.level),
    rate: pick(change.rate, present.rate, fallback.rate),
    count: pick(change.count, present.count, fallback.count),
  };
}
