import type { Route } from '@cluster-ai/contract/api/routes.ts';

export type Variant = Route['variants'][number];

/** `iris v3`: how a version is called on a page. */
export function variantName({ model, version }: Pick<Variant, 'model' | 'version'>): string {
  return `${model} v${version}`;
}

/** The share of each variant, 0 to 1, by name. Without any weight nobody has a share. */
export function sharesOf(variants: readonly Variant[]): ReadonlyMap<string, number> {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(variants.map((variant) => [variantName(variant), total === 0 ? 0 : variant.weight / total]));
}

export interface ShareChange {
  readonly name: string;
  /** Null where the version is not part of it. */
  readonly before: number | null;
  readonly after: number | null;
}

/** What a change of the variants does to the shares: the versions of now first, then the new ones. */
export function shareChanges(before: readonly Variant[], after: readonly Variant[]): ShareChange[] {
  const old = sharesOf(before);
  const next = sharesOf(after);
  return [...new Set([...old.keys(), ...next.keys()])].map((name) => ({
    name,
    before: old.get(name) ?? null,
    after: next.get(name) ?? null,
  }));
}

/** True when every version keeps its share. */
export function isSame(changes: readonly ShareChange[]): boolean {
  return changes.every(({ before, after }) => before === after);
}
