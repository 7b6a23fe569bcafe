import type { TargetOrder, TargetOutcome } from './run-target.ts';

/**
 * A target that ran next to nothing has found nothing because it looked nowhere.
 * @param perSecondMin new inputs in each second of its time at least; `order.runsMax` is enough in any case.
 * @returns null when it ran enough, or found something, which ends it early.
 */
export function missingInputs(
  { found, result }: Pick<TargetOutcome, 'found' | 'result'>,
  { seconds, runsMax }: Pick<TargetOrder, 'seconds' | 'runsMax'>,
  perSecondMin: number,
): string | null {
  if (found.length > 0) return null;
  if (result === null) return 'its process ended without a result';
  const { executions, executionsAtStart } = result;
  const wanted = Math.ceil(perSecondMin * seconds);
  const made = executions - executionsAtStart;
  if (made >= wanted || executions >= runsMax) return null;
  return `${made} new ones in ${seconds.toFixed(1)} s, and ${wanted} are the least that shows anything`;
}
