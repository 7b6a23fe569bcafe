import { Bars } from './bars.ts';
import { RunCosts } from './run-costs.ts';
import { seeWindow, type SeenWindow, type ServedWindow } from './served-window.ts';

/** What is picked for a model version. */
export interface BatchChoice {
  /** Rows of a batch at most; 0: each request runs alone. */
  readonly rowsMax: number;
  /** How long a batch may wait for others while a place is free, milliseconds. */
  readonly delayMs: number;
  readonly instances: number;
}

export interface ChoiceLimits {
  /** What 99 of 100 requests shall keep, from their arrival in the queue to the model's answer. */
  readonly objectiveMs: number;
  /** What holds without an objective: rows are never more, instances never fewer. */
  readonly given: BatchChoice;
  /** What somebody has fixed by hand, or cannot be changed. */
  readonly fixed: { readonly rows: boolean; readonly delay: boolean; readonly instances: boolean };
  readonly instancesMax: number;
}

/** One thing that was picked, and why. */
export interface BatchingDecision {
  readonly what: 'rows' | 'delay' | 'instances' | 'objective';
  /** With its unit. */
  readonly chosen: string;
  /** A sentence with the figures that led to it, without a full stop. */
  readonly because: string;
}

/** How the objective stands: nothing seen yet, kept, not kept while something is changed for it, not to be kept. */
export type ObjectiveStanding = 'measuring' | 'held' | 'adjusting' | 'missed';

type Knob = 'rows' | 'delay' | 'instances';

/** Batches begin with so many rows: few enough to do no harm, enough to learn from. */
const rowsFirst = 8;
/** Parts of the objective: below the first there is room to grow, and nothing grows to above the second. */
const calm = 0.7;
const nearly = 0.9;
/** Windows in a row that must say the same before something is changed; one so far over the objective is enough. */
const windowsAlike = 2;
const farOver = 2;
/** Windows in a row below the objective that end a standing of missed. */
const windowsHeld = 4;
/** Runs that a request waits for at worst: the one that runs, the one that waits in the slot, its own. */
const runsAtWorst = 3;
/** Part of its time from which an instance has no more to give, and from which it is worth to wait for others. */
const saturated = 0.8;
const worthWaiting = 0.5;
/** Part of its time below which an instance is not what requests wait for. */
const atWork = 0.3;
/** Part of its time from which requests gather behind an instance anyway. */
const gathering = 0.95;
/** Part of the rows allowed above which waiting would bring few more. */
const roomInBatch = 0.75;
/** Part of all batches from which the limit on rows holds something up. */
const oftenFull = 0.2;
/** How much cheaper a row must become for larger batches to be tried, and how much better things for them to stay. */
const gainLeast = 1.1;
const betterLeast = 1.05;
const sinksLeast = 0.9;
/** Windows in a row in which one instance fewer would have been half idle. */
const windowsSpare = 20;

interface Trial {
  readonly what: Knob;
  readonly before: BatchChoice;
  readonly seen: SeenWindow;
}

/**
 * Picks rows, delay and instances for a latency objective, one step at a time, from windows of what was served. It has no
 * clock: a window is what its user says it is. A step is kept when it has made something better, otherwise it is taken
 * back and not tried again for a while, each time for longer: so choices come to rest under a load that stays the same.
 */
export class BatchChooser {
  readonly limits: ChoiceLimits;
  private readonly costs = new RunCosts();
  private readonly bars = new Bars<Knob>();
  private current: BatchChoice;
  private currentStanding: ObjectiveStanding = 'measuring';
  private over = 0;
  private under = 0;
  private held = 0;
  private spare = 0;
  /** The window after a change has seen both. */
  private settling = false;
  private trial: Trial | null = null;
  private delayForRate = 0;
  private lastP99Ms: number | null = null;

  constructor(limits: ChoiceLimits) {
    this.limits = limits;
    const { given, fixed } = limits;
    this.current = { ...given, rowsMax: fixed.rows ? given.rowsMax : Math.min(given.rowsMax, rowsFirst) };
  }

  get choice(): BatchChoice {
    return this.current;
  }

  get standing(): ObjectiveStanding {
    return this.currentStanding;
  }

  /** Of the last window; null before the first. */
  get p99Ms(): number | null {
    return this.lastP99Ms;
  }

  /**
   * Judges what has been served since the last call, or since the last change.
   * @returns what was decided; null where all stays as it is.
   */
  next(window: ServedWindow): BatchingDecision | null {
    const seen = seeWindow(window, this.current.instances);
    this.costs.learn(window.runs);
    this.lastP99Ms = seen.p99Ms;
    this.bars.next(seen.rowsPerSecond);
    if (this.settling) {
      this.settling = false;
      return null;
    }
    const { objectiveMs } = this.limits;
    const isOver = seen.p99Ms > objectiveMs;
    this.over = isOver ? this.over + 1 : 0;
    this.held = isOver ? 0 : this.held + 1;
    this.under = seen.p99Ms <= calm * objectiveMs ? this.under + 1 : 0;
    const taken = this.judgeTrial(seen);
    if (taken !== null) return taken;
    if (this.over >= windowsAlike || seen.p99Ms > farOver * objectiveMs) return this.relieve(seen);
    const back = this.giveBack(seen) ?? (this.under >= windowsAlike ? this.grow(seen) : null);
    return back ?? this.isHeld(seen);
  }

  /**
   * The last step could not be taken: all is as it was before.
   * @returns null when there was none.
   */
  couldNot(because: string): BatchingDecision | null {
    const { trial } = this;
    this.trial = null;
    if (trial === null) return null;
    const { what, before, seen } = trial;
    this.bars.add(what, this.current[fieldOf[what]], seen.rowsPerSecond);
    return this.change(what, before[fieldOf[what]], because);
  }

  /** Whether the last step has made anything better; otherwise it is taken back. */
  private judgeTrial(seen: SeenWindow): BatchingDecision | null {
    const { trial } = this;
    this.trial = null;
    if (trial === null) return null;
    const { what, before, seen: then } = trial;
    const { objectiveMs } = this.limits;
    const spoilt = seen.p99Ms > objectiveMs && then.p99Ms <= objectiveMs;
    const cheaper = seen.rowsPerBusyMs >= betterLeast * then.rowsPerBusyMs;
    const faster = seen.rowsPerSecond >= betterLeast * then.rowsPerSecond || seen.p99Ms <= sinksLeast * then.p99Ms;
    // Waiting is for cheaper rows alone; a further instance makes none cheaper.
    const better = (what !== 'instances' && cheaper) || (what !== 'delay' && faster);
    if (!spoilt && better) return null;
    this.bars.add(what, this.current[fieldOf[what]], seen.rowsPerSecond);
    const found = `${figure(then.rowsPerSecond)} rows a second at a p99 of ${ms(then.p99Ms)} before, ${figure(seen.rowsPerSecond)} at ${ms(seen.p99Ms)} after`;
    return this.change(
      what,
      before[fieldOf[what]],
      `the last step ${spoilt ? `cost the objective of ${ms(objectiveMs)}` : 'has brought nothing'}: ${found}`,
    );
  }

  /** The objective is not held: less waiting, shorter runs, or more capacity. */
  private relieve(seen: SeenWindow): BatchingDecision | null {
    return (
      this.waitLess(seen) ??
      this.runShorter(seen, 1) ??
      (seen.busy >= saturated ? (this.mergeMore(seen) ?? this.addInstance(seen)) : this.runShorter(seen, 0.5)) ??
      (this.isWaiting(seen) ? this.addInstance(seen) : null) ??
      this.miss(seen)
    );
  }

  /** Most of the time that requests take is not their run, and instances have something to do. */
  private isWaiting(seen: SeenWindow): boolean {
    return seen.busy >= atWork && seen.p99Ms >= 2 * this.costs.runMs(Math.max(1, seen.rowsPerBatch));
  }

  private waitLess(seen: SeenWindow): BatchingDecision | null {
    const { delayMs } = this.current;
    if (this.limits.fixed.delay || delayMs === 0) return null;
    this.bars.add('delay', delayMs, seen.rowsPerSecond);
    const less = delayMs / 2 < delayFirstMs(this.limits.objectiveMs) ? 0 : delayMs / 2;
    return this.change('delay', less, `${this.overWords(seen)}, and waiting for others is part of it`);
  }

  /** @param part of the objective that the longest runs must take, as often as a request may wait for one. */
  private runShorter(seen: SeenWindow, part: number): BatchingDecision | null {
    const { objectiveMs, fixed } = this.limits;
    const { rowsMax, instances } = this.current;
    const rows = Math.floor(Math.min(rowsMax, seen.rowsLargest));
    const worstMs = runsAtWorst * this.costs.runMs(rows);
    if (fixed.rows || rows < 2 || worstMs <= part * objectiveMs) return null;
    const fewer = this.fittingRows(rows);
    const { costs } = this;
    // Fewer rows must make runs shorter, and not in vain.
    if (costs.runMs(fewer) > sinksLeast * costs.runMs(rows) || costs.runMs(1) > objectiveMs) return null;
    const capacity = (of: number): number => (instances * of * 1_000) / costs.runMs(of);
    if (capacity(fewer) < Math.min(0.95 * capacity(rows), seen.rowsPerSecond * gainLeast)) return null;
    this.bars.add('rows', rowsMax, seen.rowsPerSecond);
    return this.change(
      'rows',
      fewer,
      `${this.overWords(seen)}: a run of ${rows} rows takes ${ms(worstMs / runsAtWorst)}, and a request may wait for two of them before its own; ${wordsOf.rows(fewer)} would take ${ms(costs.runMs(fewer))}`,
    );
  }

  /** The most rows below so many with which three runs fit into the objective; no fewer than half of them at once. */
  private fittingRows(rows: number): number {
    const least = Math.max(1, Math.floor(rows / 2));
    let fewer = rows - 1;
    while (fewer > least && runsAtWorst * this.costs.runMs(fewer) > nearly * this.limits.objectiveMs) fewer -= 1;
    return fewer;
  }

  /** There is room: larger batches where they make rows cheaper. */
  private grow(seen: SeenWindow): BatchingDecision | null {
    return this.mergeMore(seen) ?? this.waitMore(seen);
  }

  private mergeMore(seen: SeenWindow): BatchingDecision | null {
    const { objectiveMs, fixed, given } = this.limits;
    const { rowsMax } = this.current;
    const more = Math.min(given.rowsMax, rowsMax * 2);
    if (fixed.rows || more <= rowsMax || seen.full < oftenFull || this.bars.has('rows', more)) return null;
    const { costs } = this;
    const gain = costs.gain(rowsMax, more);
    if (costs.knowsSlope && gain < gainLeast) return null;
    const longerMs = runsAtWorst * (costs.runMs(more) - costs.runMs(rowsMax));
    const fits =
      seen.p99Ms > objectiveMs
        ? runsAtWorst * costs.runMs(more) <= objectiveMs
        : seen.p99Ms + longerMs <= nearly * objectiveMs;
    if (!fits) return null;
    const expected = costs.knowsSlope
      ? `${more} rows are expected to take ${ms(costs.runMs(more))} where ${rowsMax} take ${ms(costs.runMs(rowsMax))}`
      : `${more} rows take ${ms(costs.runMs(more))} at most`;
    return this.try(
      'rows',
      more,
      seen,
      `p99 is ${ms(seen.p99Ms)} of ${ms(objectiveMs)}, ${percent(seen.full)} of the batches were full, and ${expected}`,
    );
  }

  private waitMore(seen: SeenWindow): BatchingDecision | null {
    const { objectiveMs, fixed } = this.limits;
    const { rowsMax, delayMs } = this.current;
    const more = delayMs === 0 ? delayFirstMs(objectiveMs) : delayMs * 2;
    if (fixed.delay || rowsMax < 2 || more > objectiveMs / 4 || this.bars.has('delay', more)) return null;
    const isWorthIt = seen.busy >= worthWaiting && seen.busy <= gathering && seen.rowsPerBatch <= rowsMax * roomInBatch;
    if (!isWorthIt || !this.costs.knowsSlope) return null;
    const addedMs = more - delayMs;
    const larger = Math.min(rowsMax, seen.rowsPerBatch + (seen.rowsPerSecond * addedMs) / 1_000);
    const gain = this.costs.gain(seen.rowsPerBatch, larger);
    const longerMs = runsAtWorst * (this.costs.runMs(larger) - this.costs.runMs(seen.rowsPerBatch));
    if (gain < gainLeast || seen.p99Ms + addedMs + longerMs > nearly * objectiveMs) return null;
    if (delayMs === 0) this.delayForRate = seen.rowsPerSecond;
    return this.try(
      'delay',
      more,
      seen,
      `p99 is ${ms(seen.p99Ms)} of ${ms(objectiveMs)}, instances are busy for ${percent(seen.busy)} of the time with ${figure(seen.rowsPerBatch)} rows a batch, and ${figure(larger)} rows would make a row ${percent(1 - 1 / gain)} cheaper`,
    );
  }

  private addInstance(seen: SeenWindow): BatchingDecision | null {
    const { fixed, instancesMax } = this.limits;
    const more = this.current.instances + 1;
    if (fixed.instances || more > instancesMax || this.bars.has('instances', more)) return null;
    return this.try(
      'instances',
      more,
      seen,
      `${this.overWords(seen)}: instances are busy for ${percent(seen.busy)} of the time, and a run takes ${ms(this.costs.runMs(Math.max(1, seen.rowsPerBatch)))}`,
    );
  }

  /** What was taken for a load that is gone is given back. */
  private giveBack(seen: SeenWindow): BatchingDecision | null {
    const { fixed, given } = this.limits;
    const { delayMs, instances } = this.current;
    const isSpare = instances > given.instances && (seen.busy * instances) / (instances - 1) <= worthWaiting;
    this.spare = isSpare ? this.spare + 1 : 0;
    if (!fixed.delay && delayMs > 0 && seen.rowsPerSecond * 2 <= this.delayForRate) {
      return this.change(
        'delay',
        0,
        `${figure(seen.rowsPerSecond)} rows come a second, less than half of the ${figure(this.delayForRate)} for which batches waited`,
      );
    }
    if (fixed.instances || this.spare < windowsSpare) return null;
    return this.change(
      'instances',
      instances - 1,
      `instances are busy for ${percent(seen.busy)} of the time, and p99 is ${ms(seen.p99Ms)} of ${ms(this.limits.objectiveMs)}`,
    );
  }

  /** Nothing is left to change. Told once, until the objective is held again. */
  private miss(seen: SeenWindow): BatchingDecision | null {
    const { objectiveMs } = this.limits;
    // One window far above it is reason enough to change something, and not to give up.
    if (this.over < windowsAlike) return null;
    const wasMissed = this.currentStanding === 'missed';
    this.currentStanding = 'missed';
    if (wasMissed) return null;
    return {
      what: 'objective',
      chosen: `${ms(objectiveMs)} cannot be held`,
      because: `p99 is ${ms(seen.p99Ms)}: ${this.cause(seen)}`,
    };
  }

  private cause(seen: SeenWindow): string {
    const { rowsMax, instances } = this.current;
    const oneMs = this.costs.runMs(1);
    if (oneMs > this.limits.objectiveMs) return `a run of one row alone takes ${ms(oneMs)}`;
    if (seen.busy >= saturated) {
      const many = instances === 1 ? '1 instance is' : `${instances} instances are`;
      const rows = rowsMax > 1 ? ` with ${figure(seen.rowsPerBatch)} rows a batch` : '';
      return `${many} busy for ${percent(seen.busy)} of the time${rows}, ${figure(seen.rowsPerSecond)} rows a second are all that this brings, and neither larger batches nor more instances are allowed or have helped`;
    }
    const runMs = this.costs.runMs(Math.max(1, Math.min(rowsMax, seen.rowsLargest)));
    return `runs take ${ms(runMs)}, and instances are busy for ${percent(seen.busy)} of the time; requests wait for up to ${ms(seen.queueP99Ms)} before they are handed over, so it is the gateway or the machine that is busy with other work`;
  }

  private isHeld(seen: SeenWindow): BatchingDecision | null {
    if (seen.p99Ms > this.limits.objectiveMs) return null;
    const wasMissed = this.currentStanding === 'missed';
    if (wasMissed && this.held < windowsHeld) return null;
    this.currentStanding = 'held';
    if (!wasMissed) return null;
    return { what: 'objective', chosen: `${ms(this.limits.objectiveMs)} is held`, because: `p99 is ${ms(seen.p99Ms)}` };
  }

  private try(what: Knob, value: number, seen: SeenWindow, because: string): BatchingDecision {
    this.trial = { what, before: this.current, seen };
    return this.change(what, value, because);
  }

  private change(what: Knob, value: number, because: string): BatchingDecision {
    this.current = { ...this.current, [fieldOf[what]]: value };
    if (this.currentStanding !== 'missed') this.currentStanding = this.over > 0 ? 'adjusting' : 'held';
    this.settling = true;
    this.over = 0;
    this.under = 0;
    this.spare = 0;
    return { what, chosen: wordsOf[what](value), because };
  }

  private overWords({ p99Ms }: SeenWindow): string {
    return `p99 is ${ms(p99Ms)}, over the objective of ${ms(this.limits.objectiveMs)}`;
  }
}

const fieldOf = { rows: 'rowsMax', delay: 'delayMs', instances: 'instances' } as const satisfies Record<
  Knob,
  keyof BatchChoice
>;

const wordsOf: Readonly<Record<Knob, (value: number) => string>> = {
  rows: (value) => (value === 1 ? '1 row' : `${value} rows`),
  delay: ms,
  instances: (value) => (value === 1 ? '1 instance' : `${value} instances`),
};

/** The first step of waiting: worth a timer, and a small part of the objective. */
function delayFirstMs(objectiveMs: number): number {
  return Math.min(2, Math.max(0.25, objectiveMs / 32));
}

function ms(value: number): string {
  return `${figure(value)} ms`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
