import type { ServingVariant } from './route-table.ts';

/**
 * Who answers while some variants of a route are not ready: each ready variant gets exactly its weight, and what is
 * missing goes to those that served before, in the proportions that they had. So a canary that loads faster than its
 * partner never gets more than its share.
 * @param ready with the weights that are wanted.
 * @param before what served until now, and is still loaded: at best what did when the route was last complete.
 * @param missingWeight the wanted weight of variants that are not ready.
 */
export function withStandIns(
  ready: readonly ServingVariant[],
  before: readonly ServingVariant[],
  missingWeight: number,
): readonly ServingVariant[] {
  const weightBefore = before.reduce((sum, { weight }) => sum + weight, 0);
  if (missingWeight <= 0 || weightBefore <= 0) return ready;
  const serving = [...ready];
  for (const old of before) {
    const extra = (missingWeight * old.weight) / weightBefore;
    if (extra <= 0) continue;
    const index = serving.findIndex(({ batcher }) => batcher === old.batcher);
    const present = serving[index];
    if (present === undefined) serving.push({ ...old, weight: extra });
    else serving[index] = { ...present, weight: present.weight + extra };
  }
  return serving;
}
