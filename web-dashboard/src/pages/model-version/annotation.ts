import type { DescribedVersion, Lineage } from '@cluster-ai/contract/api/models.ts';
import type { AnnotateWords } from '@cluster-ai/contract/cli-words.ts';

/** What a change of notes and lineage says in a terminal; null when nothing changes. */
export function annotationOf(
  before: Pick<DescribedVersion, 'notes' | 'lineage'>,
  notes: string,
  lineage: Lineage,
): AnnotateWords | null {
  const changed = Object.entries(lineage).filter(([key, value]) => before.lineage[key] !== value);
  const dropped = Object.keys(before.lineage).filter((key) => !Object.hasOwn(lineage, key));
  if (notes === before.notes && changed.length === 0 && dropped.length === 0) return null;
  return {
    notes: notes === before.notes ? undefined : notes,
    lineage: Object.fromEntries(changed),
    ...(dropped.length === 0 ? {} : { dropped }),
  };
}
