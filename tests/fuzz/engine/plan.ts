import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FuzzTarget } from './target.ts';

export interface FoundTarget {
  readonly name: string;
  readonly file: string;
  readonly target: FuzzTarget;
}

export interface PlannedRun {
  readonly file: string;
  readonly seconds: number;
  /** New inputs in each second at least. */
  readonly perSecondMin: number;
}

/** A child needs about so long before it runs its first input, seconds. */
const startSeconds = 1.5;
/** Slow machines run ten times as many at least, of all targets but those that say another number. */
const perSecondMinDefault = 100;

/**
 * The targets of a folder: each file exports one as `target`.
 * @param wanted null is all of them. @throws Error that names what is not there.
 */
export async function findTargets(folder: string, wanted: readonly string[] | null): Promise<FoundTarget[]> {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no target '${unknown}'; there are ${names.join(', ')}`);
  const chosen = names.filter((name) => wanted === null || wanted.includes(name));
  return Promise.all(
    chosen.map(async (name) => {
      const file = join(folder, `${name}.ts`);
      const { target } = (await import(pathToFileURL(file).href)) as { target: FuzzTarget };
      return { name, file, target };
    }),
  );
}

/** Shares a time among the targets by their weights. */
export function planRuns(targets: readonly FoundTarget[], seconds: number): PlannedRun[] {
  const weights = targets.reduce((sum, { target }) => sum + (target.weight ?? 1), 0);
  const usable = Math.max(0, seconds - targets.length * startSeconds);
  return targets.map(({ file, target: { weight = 1, perSecondMin = perSecondMinDefault } }) => ({
    file,
    seconds: (usable * weight) / weights,
    perSecondMin,
  }));
}
