import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';

export type Isolation = 'shared' | 'dedicated';

/** Crashes with a run of the model in flight after which it may only harm itself. */
const crashesUntilDedicated = 2;

export interface IsolationFacts {
  /** The operator's choice; undefined leaves it to the gateway. */
  readonly setting: ModelSettings['isolation'];
  /** Bytes of all files of the version. */
  readonly sizeBytes: number;
  /** How often a runner crashed while it ran or loaded this model. */
  readonly crashes: number;
  /** Size from which a model gets a process of its own, bytes. */
  readonly dedicatedFromBytes: number;
}

/** Decides whether a model shares a runner process: a suspect never does, then the operator decides, then the size. */
export function chooseIsolation(facts: IsolationFacts): Isolation {
  if (facts.crashes >= crashesUntilDedicated) return 'dedicated';
  return facts.setting ?? (facts.sizeBytes >= facts.dedicatedFromBytes ? 'dedicated' : 'shared');
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
