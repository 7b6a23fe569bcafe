import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { renderTable } from '../../output/table.ts';

type Variant = Route['variants'][number];

/** What share of the traffic a version has before and after a change, from 0 to 1. */
export interface VariantChange {
  readonly model: string;
  readonly version: number;
  readonly before: number;
  readonly after: number;
}

/** Every version that has traffic before or after, in the order of the two lists. */
export function diffVariants(before: readonly Variant[], after: readonly Variant[]): VariantChange[] {
  const shares = [sharesOf(before), sharesOf(after)] as const;
  const versions = new Map(
    [...before, ...after].map(({ model, version }) => [`${model}@${version}`, { model, version }]),
  );
  return [...versions].map(([id, { model, version }]) => ({
    model,
    version,
    before: shares[0].get(id) ?? 0,
    after: shares[1].get(id) ?? 0,
  }));
}

/** One row a version, with what changes in words. */
export function diffTable(changes: readonly VariantChange[]): string {
  return renderTable(
    ['MODEL', 'VERSION', 'BEFORE', 'AFTER', 'CHANGE'],
    changes.map(({ model, version, before, after }) => [
      model,
      String(version),
      percent(before),
      percent(after),
      changeText(before, after),
    ]),
  );
}

/** A share as people read it: two digits behind the point at most. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function sharesOf(variants: readonly Variant[]): Map<string, number> {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { model, version, weight } of variants) {
    const id = `${model}@${version}`;
    shares.set(id, (shares.get(id) ?? 0) + (total === 0 ? 0 : weight / total));
  }
  return shares;
}

function changeText(before: number, after: number): string {
  if (before === after) return 'none';
  if (before === 0) return 'new';
  if (after === 0) return 'gone';
  return `${after > before ? '+' : '-'}${percent(Math.abs(after - before))}`;
}
