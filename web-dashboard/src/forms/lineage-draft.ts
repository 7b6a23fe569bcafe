import { lineageEntriesMax, lineageSchema, lineageValue, type Lineage } from '@cluster-ai/contract/api/models.ts';

/** An entry of a lineage as it is being typed. */
export interface LineageEntry {
  /** Stays with the row while it is typed in. */
  readonly id: number;
  readonly key: string;
  readonly value: string;
}

export type LineageProblem =
  | { readonly kind: 'tooMany' }
  | { readonly kind: 'badKey' | 'twice' | 'tooLong'; readonly key: string };

let lastId = 0;

function nextId(): number {
  lastId += 1;
  return lastId;
}

export function emptyEntry(): LineageEntry {
  return { id: nextId(), key: '', value: '' };
}

export function entriesOf(lineage: Readonly<Record<string, string | number>>): LineageEntry[] {
  return Object.entries(lineage).map(([key, value]) => ({ id: nextId(), key, value: String(value) }));
}

/** What a draft means; rows without a name and a value are none. */
export function lineageOf(entries: readonly LineageEntry[]): Lineage {
  return Object.fromEntries(filled(entries).map(({ key, value }) => [key.trim(), lineageValue(value.trim())]));
}

/** The first thing that stands in the way; null for a draft that can be saved. */
export function lineageProblem(entries: readonly LineageEntry[]): LineageProblem | null {
  const rows = filled(entries);
  if (rows.length > lineageEntriesMax) return { kind: 'tooMany' };
  const keys = rows.map(({ key }) => key.trim());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) return { kind: 'twice', key: twice };
  for (const { key, value } of rows) {
    if (lineageSchema.safeParse({ [key.trim()]: lineageValue(value.trim()) }).success) continue;
    const isKey = !lineageSchema.safeParse({ [key.trim()]: '' }).success;
    return { kind: isKey ? 'badKey' : 'tooLong', key: key.trim() };
  }
  return null;
}

function filled(entries: readonly LineageEntry[]): readonly LineageEntry[] {
  return entries.filter(({ key, value }) => key.trim() !== '' || value.trim() !== '');
}
