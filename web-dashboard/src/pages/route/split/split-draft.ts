import { variantName, type Variant } from '../shares.ts';

/** A split as it is being typed. */
export interface DraftVariant {
  readonly model: string;
  readonly version: number;
  /** Text until it is applied. */
  readonly weight: string;
}

export type SplitProblem =
  | { readonly kind: 'needsVariant' | 'noTraffic' | 'notAWeight' }
  | { readonly kind: 'twice'; readonly variant: string };

const weightMax = 1_000_000;

export function draftOf(variants: readonly Variant[]): DraftVariant[] {
  return variants.map(({ model, version, weight }) => ({ model, version, weight: String(weight) }));
}

export function isWeight(text: string): boolean {
  return /^\d{1,7}(\.\d{1,6})?$/.test(text.trim()) && Number(text) <= weightMax;
}

/** The variants that a draft means, as far as its weights can be read. */
export function variantsOf(draft: readonly DraftVariant[]): Variant[] {
  return draft.map(({ model, version, weight }) => ({ model, version, weight: isWeight(weight) ? Number(weight) : 0 }));
}

/** The first thing that stands in the way; null for a draft that can be applied. */
export function problemOf(draft: readonly DraftVariant[]): SplitProblem | null {
  if (draft.length === 0) return { kind: 'needsVariant' };
  const names = draft.map(variantName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { kind: 'twice', variant: twice };
  if (!draft.every(({ weight }) => isWeight(weight))) return { kind: 'notAWeight' };
  return variantsOf(draft).some(({ weight }) => weight > 0) ? null : { kind: 'noTraffic' };
}
