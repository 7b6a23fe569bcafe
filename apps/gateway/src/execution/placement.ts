import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';

/** Where a model runs: in a runner with others, in one of its own, or in the gateway itself. */
export type Isolation = 'shared' | 'dedicated' | 'inline';

/** The isolation of a model that runs in a runner. */
export type RunnerIsolation = Exclude<Isolation, 'inline'>;

/** Kills from outside with a run of the model in flight after which it may only harm itself. */
const killsUntilDedicated = 2;

export interface IsolationFacts {
  /** The operator's choice; undefined leaves it to the gateway. */
  readonly setting: ModelSettings['isolation'];
  /** Bytes of all files of the version. */
  readonly sizeBytes: number;
  /** How often a runner crashed, hung or grew too large under this model. */
  readonly strikes: number;
  /** A runner crashed while it and others were at work; which of them is the cause is not known. */
  readonly isSuspect: boolean;
  /** How often a runner was killed from outside while it ran or loaded this model. */
  readonly kills: number;
  /** Size from which a model gets a process of its own, bytes. */
  readonly dedicatedFromBytes: number;
  /** The operator of this gateway has named it, and nothing speaks against it. */
  readonly mayBeInline: boolean;
}

/**
 * Decides where a model runs: a suspect is always by itself, then the operator of the gateway decides, then that of the
 * model, then the size.
 */
export function chooseIsolation(facts: IsolationFacts): Isolation {
  if (facts.strikes > 0 || facts.isSuspect || facts.kills >= killsUntilDedicated) return 'dedicated';
  if (facts.mayBeInline) return 'inline';
  return facts.setting ?? (facts.sizeBytes >= facts.dedicatedFromBytes ? 'dedicated' : 'shared');
}

/**
 * True when the end of a runner says nothing about the model: SIGKILL comes from outside (a person, or the kernel when
 * other processes have left it no memory), and a process that cannot be started has run nothing. What the gateway kills
 * is told in words of its own.
 */
export function isFromOutside(how: string): boolean {
  return how === 'was killed by SIGKILL' || how === 'could not be started';
}

/**
 * Chooses the slot for one more model instance: one that serves nobody, so that loading disturbs no one, and only when
 * there is none the one with the fewest.
 * @param instancesBySlot instances in each slot; null for a slot whose thread is ending.
 * @returns null when every slot is ending: the instance has to wait.
 */
export function chooseSlot(instancesBySlot: readonly (number | null)[]): number | null {
  let chosen: number | null = null;
  let fewest = Infinity;
  instancesBySlot.forEach((instances, slot) => {
    if (instances === null || instances >= fewest) return;
    chosen = slot;
    fewest = instances;
  });
  return chosen;
}

/** Crashes further apart than this have nothing to do with each other, milliseconds. */
export const calmAfterMs = 60_000;

/**
 * Wait before a runner is started again: none after a first crash, then longer and longer.
 * @param crashes in a row, without `calmAfterMs` between them; at least 1.
 */
export function restartDelayMs(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(10_000, 100 * 2 ** (crashes - 2));
}
