import type { EntryGroup, PaletteEntry } from './entry.ts';

/** The words of a search, without case and accents. */
export function searchWords(text: string): readonly string[] {
  return plain(text)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * How well a label fits a search: 0 for not at all, more when words stand at the beginning of the label or of its words.
 * No words fit everything.
 */
export function fit(label: string, words: readonly string[]): number {
  const text = plain(label);
  let points = 1;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at === -1) return 0;
    if (at === 0) points += 3;
    else if (text.includes(` ${word}`)) points += 2;
  }
  return points;
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

export interface FittingGroup {
  readonly group: EntryGroup;
  readonly items: PaletteEntry[];
}

const order: readonly EntryGroup[] = ['pages', 'models', 'routes', 'actions'];

/** What fits, the best first in each group, and the group of the best first. */
export function fittingGroups(entries: readonly PaletteEntry[], words: readonly string[]): readonly FittingGroup[] {
  const rated = entries.map((entry) => ({ entry, points: fit(entry.label, words) })).filter(({ points }) => points > 0);
  return order
    .map((group) => {
      const members = rated.filter(({ entry }) => entry.group === group).toSorted((a, b) => b.points - a.points);
      return { group, items: members.map(({ entry }) => entry), points: members[0]?.points ?? 0 };
    })
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points);
}
